"""Layouts of data: which files of a folder or an archive are pictures of wells, and what is said of each.

``survey`` reads a place: files from folders, tar and zip archives (``source``), what no layout may take for a picture
(``passed_over``), then the first layout that recognises its own (``layout``, a function each). Both training and the
simulated plant read their pictures by it.
"""
