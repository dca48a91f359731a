"""Who may come in to a clinic: its users put together with its page and its audit log."""
