"""From pictures to decisions, and the artefact that is served for it."""
