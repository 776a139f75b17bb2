"""The shadow model: a second artefact that scores some pictures beside the served one and never answers."""
