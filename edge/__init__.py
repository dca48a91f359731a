"""Wearables at home: Bluetooth, clocks, and the gateway that turns them into streams."""
