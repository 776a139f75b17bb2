"""Gauge study: how far people and the system agree with themselves, each other and a reference (AIAG MSA, 4th ed.)."""
