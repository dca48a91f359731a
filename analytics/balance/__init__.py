"""Standing still: when somebody stood, and how much the trunk swayed."""
