"""What a finished comparison tells: answers for people, rows for notebooks, runs for a tracker."""
