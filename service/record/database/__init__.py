"""The tables of the record, in SQLite and PostgreSQL: schema, rows, and reading with a deadline."""
