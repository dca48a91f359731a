"""What is exercised: the library, doses, and what sensors can see of it."""
