"""Events in the formats of the field."""
