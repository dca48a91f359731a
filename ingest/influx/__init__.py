"""InfluxDB behind the clinic: its followers, its set-up, and the lines they write."""
