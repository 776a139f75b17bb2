"""The record: a decision is appended to the journal, and followers take it from there.

``recorder`` gives each decision to ``journal`` and its picture to ``archive``, and followers copy the journal to
PostgreSQL or tell others of alarms; ``queries`` read it, ``retention`` deletes what is old.
"""
