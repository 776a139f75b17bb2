"""From a trained candidate to an artefact.

The graph and its parity, gate limits, golden pictures, drift reference, model card; also the same weights with another
threshold. May import evaluation and what lies below it.
"""
