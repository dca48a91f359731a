"""A movement as one number that rises and falls: its repetitions, their control and smoothness."""
