"""The composition root, the only place where the parts of the service meet.

``components`` makes every part, ``lifespan`` opens them, keeps their background tasks running and closes them,
``application`` puts the ASGI application around them. May import everything below ``service.commands``.
"""

from service.app.application import create_app

__all__ = ["create_app"]
