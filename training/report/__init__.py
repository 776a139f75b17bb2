"""What people read after training: the comparison of candidates, the errors of an artefact; one HTML file each."""
