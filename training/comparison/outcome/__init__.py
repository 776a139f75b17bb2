"""What a finished comparison tells: its page and plots, answers for people, rows for notebooks, runs for a tracker."""
