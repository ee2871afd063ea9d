"""What the Contrast page is made of: the θ lab, judge health, people and the judge."""
