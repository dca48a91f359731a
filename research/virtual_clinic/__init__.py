"""A clinic of virtual patients whose truth is known: for load, dashboards and the rules."""
