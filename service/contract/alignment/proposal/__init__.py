"""Proposes the wells of a table from frames of it: rows of equal, spool-shaped wells.

``templates`` draws what a half looks like and matches it, ``rows`` finds the lattice, ``proposal`` puts them together.
"""
