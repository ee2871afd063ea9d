"""What the Export page is made of: what is chosen, how it is checked, the file."""
