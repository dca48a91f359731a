"""Sessions: served while they happen, closed with results, and opened again afterwards."""
