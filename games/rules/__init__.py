"""What all games' rules share: control, reach, difficulty, progress. Pure."""
