"""What is wrong on this machine, for whoever sets the service up: a check a line, and what to do.

``finding`` is what a check says; ``machine``, ``certificates``, ``judging``, ``streams`` and ``surroundings`` hold the
checks, ``diagnosis`` runs them all. Imported by ``service.commands`` alone.
"""
