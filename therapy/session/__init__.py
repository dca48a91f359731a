"""A session from check-in to close: a pure state machine, its questions, and its safety rules."""
