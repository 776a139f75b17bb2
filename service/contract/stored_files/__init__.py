"""Files of a folder, a tar or a zip archive as one list, read when they are asked for; files that survive a crash."""
