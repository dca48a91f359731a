"""The joint-angle challenge."""
