"""Worn sensors on a simulated hinge, with known truth."""
