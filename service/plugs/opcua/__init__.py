"""OPC UA: the machine vision companion specification OPC 40100-1, and plain variables for simple clients."""
