"""Sparkplug B 3.0: an edge node whose devices are the cameras, with the journal as the only queue."""
