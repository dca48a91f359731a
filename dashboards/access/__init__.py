"""Who may see and do what at the clinic: users, sessions, tokens, and the one policy."""
