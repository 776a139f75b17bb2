"""The journal: one append-only sequence of entries in one file, written by one thread."""
