"""The record around its store: what is noted, who follows, where it lies, and replay."""
