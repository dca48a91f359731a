"""A home at work: its box, its plans, its prompts, its survey."""
