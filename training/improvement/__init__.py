"""From people's reviews to an artefact that a person may activate: where a round stands, and its own steps.

A round learns from one export of reviews. Everything it has done lies in its folder, so that it can be resumed.
"""
