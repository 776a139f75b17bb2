"""Files of a folder, a tar or a zip archive, as one list; each is read when it is asked for."""
