"""What reads the journal with an offset of its own: PostgreSQL, a webhook; and what other replicas write."""
