"""HTTP of studies: figures about how well people and the system judge."""
