"""What running programs take: memory, bytes, and the time until they are of use."""
