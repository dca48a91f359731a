"""What pages show, worked out from what was recorded: values without a server."""
