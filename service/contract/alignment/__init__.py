"""Whole frames of a camera: where the wells lie on a reference frame, and where they lie on this one.

Imports ``service.contract.picture``, ``manifest``, ``identifier`` and ``errors``.
"""
