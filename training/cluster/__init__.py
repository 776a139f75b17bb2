"""More than one machine, by Ray: the connection with its token, and its tasks as a worker pool.

Needs the extra ``cluster``; nothing here is imported where no cluster is asked for.
"""
