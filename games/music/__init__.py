"""Music composed by code: the score is pure, the sound is made ahead in a thread."""
