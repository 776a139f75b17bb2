"""The fast path below FastAPI: a request's labels, deadline and body become crops, decisions become the answer.

Imports ``service.inspector``, ``service.edge`` and what lies below them.
"""
