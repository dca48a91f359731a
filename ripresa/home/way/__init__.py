"""What a home's journal tells of the journey."""
