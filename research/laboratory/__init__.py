"""What a laboratory's own tools hear while a session goes on."""
