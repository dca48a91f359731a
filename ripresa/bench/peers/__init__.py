"""Ripresa beside the programs that others use for the same, in one run; none is a dependency."""
