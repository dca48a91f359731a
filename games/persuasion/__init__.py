"""What helps people come back, each mechanism switchable, each prompt logged with its variant."""
