"""A search small enough to misbehave on demand, in the shape of a room of `matching`."""
