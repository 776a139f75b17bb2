"""An artefact over everything that is kept: each picture once, judged as the service judges, as a Parquet table.

Needs the extra ``cluster``, for Parquet and stores; Ray only where a cluster is asked for.
"""
