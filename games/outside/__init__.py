"""Screens outside: what moves a game also goes out as OSC and as MQTT over WebSocket."""
