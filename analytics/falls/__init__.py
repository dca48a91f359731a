"""Movements that look like a fall: a question's reason, never a finding."""
