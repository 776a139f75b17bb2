"""The edge: HTTP from the wire to the routes, keys, bounds, and errors as problems."""
