"""What the Generate page is made of: a run, growing by hand, the course of complexity, prompts, failures."""
