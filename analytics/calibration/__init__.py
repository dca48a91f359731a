"""Segment calibration: how sensors lie on the segments that they are worn on."""
