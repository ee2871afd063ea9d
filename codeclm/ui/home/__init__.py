"""What Home is made of: where the project stands, and every project there is."""
