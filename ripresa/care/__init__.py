"""What a clinic makes of its facts: figures kept up with the journal, and their points."""
