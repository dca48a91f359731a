"""Walking: strides by a sensor on the shank."""
