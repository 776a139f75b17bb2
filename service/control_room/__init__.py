"""What people in the plant see and do: the wall board, live events, heatmaps, acknowledgements, reviews."""
