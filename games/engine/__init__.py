"""The loop that runs a game, and the window it is shown in."""
