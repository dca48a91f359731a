"""Orto: decide at rest which bed is meant, then plant by one repetition."""
