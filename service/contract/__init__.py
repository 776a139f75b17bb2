"""What training and service share: the artefact, the picture and the decision."""
