"""Which recipe is best on the pictures at hand.

The sets that all candidates are judged on, jobs in a worker pool, results kept on disk, the ranking, and its report.
May import export and what lies below it.
"""
