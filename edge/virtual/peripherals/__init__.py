"""Virtual twins of the wearables that Ripresa knows."""
