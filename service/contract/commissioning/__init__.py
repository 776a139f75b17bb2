"""Commissioning a camera: what an artefact will say there, and the cut on the score that suits it, or why none does."""
