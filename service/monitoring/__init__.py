"""Watching the inputs and the service itself."""
