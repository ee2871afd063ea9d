"""What the Evaluate page is made of: setting an evaluation up, its job, its results."""
