"""A drawn example set: scenes of good wells, leaks and another site, for whoever has no pictures yet."""
