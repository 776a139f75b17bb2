"""Scenes: near-equal pictures of one well, and rates in which each scene counts once."""
