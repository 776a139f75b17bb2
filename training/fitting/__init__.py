"""One fit of one recipe.

Training batches, the loop with its loss, the file of weights that comes out of it, and the pool of processes that fit
side by side. May import synthetic pictures,
the models, the data set and the recipe.
"""
