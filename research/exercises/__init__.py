"""The exercises challenge: exercises for legs that carry the body, from sensors to figures."""
