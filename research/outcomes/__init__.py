"""What runs of challenges came to: read back, compared, held against a call, told in one report."""
