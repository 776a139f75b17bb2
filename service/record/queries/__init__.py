"""What can be asked of the record, whichever database holds it."""
