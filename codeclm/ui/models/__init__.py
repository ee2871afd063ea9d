"""What the Models page is made of: an endpoint for each part, its test, the built-in model."""
