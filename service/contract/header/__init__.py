"""What a file says of itself before any pixel is decoded: type, size, and whether all of it is there."""
