"""Blocks of the HTML pages and of the model card: templates, plots as SVG, pictures as data URIs.

The pages are made by the room whose figures they show. Imports no other room.
"""
