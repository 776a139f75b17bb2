"""What decides how a candidate is trained: a frozen recipe and its parts.

The recipes that come with the package are the TOML files in ``training/recipes``. Imports no other room.
"""
