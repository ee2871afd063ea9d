"""What the Seeds page is made of."""
