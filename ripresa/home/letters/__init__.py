"""The therapist's messages at a home."""
