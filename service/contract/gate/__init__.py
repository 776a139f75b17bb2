"""The gate: what is measured of a picture before it is scored, and the limits that say whether it can be judged."""
