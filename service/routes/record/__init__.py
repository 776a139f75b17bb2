"""HTTP of the record: decisions, events, reports."""
