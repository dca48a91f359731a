"""The durable, numbered log of one box: written, read, accounted for, bounded, archived."""
