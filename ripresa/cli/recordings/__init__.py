"""Commands on recorded sessions: once more, in and out."""
