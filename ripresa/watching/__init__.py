"""Who at the clinic sees a session while it is played: as the home allows it, and says it."""
