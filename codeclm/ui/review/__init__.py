"""What the Review page is made of: the queue, the cards and the grid, who reviews."""
