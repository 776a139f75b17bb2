"""Learns the limits of the gate, by which the service judges whether a picture is usable.

What usable pictures measure, how corrupted ones differ, and how far the score can be trusted beyond good wells. May
import synthetic pictures and what lies below them, but no fitted model: it is given what the score finds.
"""
