"""Near-duplicates among rows, and leakage of test prompts into them: found, shown, and one of two dropped.

    found = check(candidates(rows), checks, prompts, vectors)

Knows rows by id, text and worth; neither projects nor files.
"""

from codeclm.dedup.checks import Candidate, Checked, Checks, Leak, Method, Twin, candidates, check

__all__ = ["Candidate", "Checked", "Checks", "Leak", "Method", "Twin", "candidates", "check"]
