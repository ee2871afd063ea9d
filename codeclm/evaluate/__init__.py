"""Evaluation of a target against the strong model (paper, section 5): CRR, its parts, its yardstick."""
