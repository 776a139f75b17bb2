"""What a change of the threshold or of the artefact would have done to the decisions on record."""
