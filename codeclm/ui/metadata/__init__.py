"""What the Metadata page is made of: its rows, its labels, mix and match."""
