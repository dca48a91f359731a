"""What is said: motion, events, results, records, notices, and how they are written."""
