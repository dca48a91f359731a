"""Raccolto: reach for fruit in an orchard; trains repetitions, target range and hold."""
