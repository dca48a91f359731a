"""Measurements of the gateway, and the radio's faults rehearsed."""
