"""The shared language: motion, events, records, topics, and the protocols at the seams."""
