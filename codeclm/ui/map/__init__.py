"""What the Map page is made of: the picture and what is marked in it, coverage, use cases."""
