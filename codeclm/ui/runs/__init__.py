"""What the Runs page is made of: runs, calls, and what one record came from."""
