"""Sessions with a known truth, as a home would have recorded them."""
