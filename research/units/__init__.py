"""In which units a recording is, as its own samples tell."""
