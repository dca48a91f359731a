"""How it travels: topics, the bus, and MQTT."""
