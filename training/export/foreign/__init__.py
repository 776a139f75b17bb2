"""Models that were trained elsewhere, as artefacts."""
