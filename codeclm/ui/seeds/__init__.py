"""What the Seeds page is made of: adding seeds, and those there are."""
