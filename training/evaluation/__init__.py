"""What a scorer and a threshold do on labelled pictures.

Threshold strategies, rates with intervals, robustness under corruptions, and the page that shows them. May import the
gate, the blocks of reports and what lies below them.
"""
