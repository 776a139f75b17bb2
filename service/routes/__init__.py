"""The HTTP surface: routes parse, call and shape the answer."""
