"""Offline training of autoencoders on crops of good wells."""
