"""Sessions in the formats of the field's own tools."""
