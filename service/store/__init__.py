"""The record: a journal of decisions, reviews and events, what follows it, and the archive of pictures."""
