"""One module per wearable, behind the protocol in `wearable`."""
