"""The archive of pictures: which are kept, where they lie, and when they are deleted."""
