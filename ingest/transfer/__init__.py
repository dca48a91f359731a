"""From a home's journal to the clinic's: uplink, receiver, and what could not be stored."""
