"""Bluetooth LE: the adapter, who is in range, and which wearable is bound to which place."""
