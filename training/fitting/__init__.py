"""One fit of one recipe.

Training batches, the loop with its loss, and the file of weights that comes out of it. May import synthetic pictures,
the models, the data set and the recipe.
"""
