"""Whether a figure can be known: doubts about it, where they come from, and the gate."""
