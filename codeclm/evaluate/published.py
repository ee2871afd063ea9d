"""The paper's own figures (sections 5.2 and 5.3), a yardstick for one's own.

CRR depends on the judge, the strong model and the prompts: theirs was LLaMA against Gemini-Pro. So
these say what a good figure looks like, and no more.
"""

from __future__ import annotations

from typing import NamedTuple

from codeclm.evaluate.crr import Tally


class Published(NamedTuple):
    """A method, the size of its target, the counts on Evol-Instruct (218 prompts), CRR in per cent."""

    method: str
    target: str
    counts: Tally
    crr: float


EVOL_INSTRUCT: tuple[Published, ...] = (
    Published("Self-Instruct", "7B", Tally(17, 140, 61), 72.02),
    Published("Alpagasus", "7B", Tally(17, 147, 54), 75.23),
    Published("Tree-Instruct", "7B", Tally(23, 141, 54), 75.23),
    Published("WizardLM", "7B", Tally(19, 143, 56), 74.31),
    Published("WizardLM+", "7B", Tally(19, 146, 53), 75.69),
    Published("CodecLM", "7B", Tally(29, 145, 44), 79.82),
    Published("Self-Instruct", "13B", Tally(29, 136, 53), 75.69),
    Published("Alpagasus", "13B", Tally(26, 148, 44), 79.82),
    Published("Tree-Instruct", "13B", Tally(26, 154, 38), 82.57),
    Published("WizardLM", "13B", Tally(30, 149, 39), 82.11),
    Published("WizardLM+", "13B", Tally(31, 153, 34), 84.40),
    Published("CodecLM", "13B", Tally(35, 154, 29), 86.70),
)


CAVEAT = (
    "CRR depends on who judges, who the strong model is and which prompts are asked, so figures of "
    "different set-ups cannot be ranked against each other."
)
