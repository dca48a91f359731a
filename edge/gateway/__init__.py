"""The gateway: serves each bound wearable and gives its streams to the live and record paths."""
