"""Commissioning of a camera: how far it is, what is proposed, who armed it."""
