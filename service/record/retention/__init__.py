"""How long entries are kept, and how they are deleted."""
