"""The pictures at hand, read, grouped and divided.

Layouts of folders and archives, which files are one picture, what their names tell, scenes, splits, and reviews turned
into a data folder; also how progress is shown and how files are written whole. May import the recipe.
"""
