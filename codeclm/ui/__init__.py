"""What pages draw: a package is what one page is made of; beside them, what several share. Knows no SQL."""
