"""Pulled streams: cameras that are asked for their pictures, each by a reader in a process of its own.

The reader opens, decodes and hands over the newest frame; the service judges it like one that was posted. What reads
streams is an extra, imported in the reader's process alone.
"""
