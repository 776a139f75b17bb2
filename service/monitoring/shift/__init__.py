"""Shift: have the scores of a camera's good wells changed? Asked for ever, with a bound on ever being wrong."""
