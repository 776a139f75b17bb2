"""Pictures drawn on pictures of wells.

Leaks, harmless disturbances, corruptions of camera and transport, and the augmentation that is made of them. May
import the models, the data set and the recipe.
"""
