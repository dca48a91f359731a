"""What programs stand on: configuration, broker, child processes, the machine itself."""
