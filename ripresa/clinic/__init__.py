"""A clinic at work: what it receives, judges, answers and keeps."""
