"""The method's terms, each explained in a sentence or two where it stands on a page (as `help=`).

Only words: nothing here draws or computes.
"""

from __future__ import annotations

from typing import Final

TERMS: Final[dict[str, str]] = {
    "seed": "A real instruction of the kind your model should get better at. "
    "Everything generated starts from seeds.",
    "metadata": "What an instruction is about: one use case and up to three skills. New "
    "instructions are written from metadata, never copied from seeds.",
    "use case": "The task in two to four words, such as “travel planning”.",
    "skills": "What it takes to answer, two to three words each, such as “budget estimation”. Up to three.",
    "strong": "The strong model writes metadata, instructions and reference answers. "
    "Use the best one you can.",
    "target": "The target model is the one you will fine-tune. It answers every instruction, so that its "
    "weak spots show.",
    "judge": "The judge scores both answers from 1 to 10, in both orders. By default it is the strong model.",
    "rubric": "One criterion of how complex an instruction is, in the terms of its use case.",
    "action": "What to do to an instruction to make it harder under a rubric.",
    "iteration": "How many steps an instruction has behind it. The basic instruction is iteration 1; each "
    "improvement adds one.",
    "lineage": "A basic instruction and the improvements that grew from it.",
    "gap": "The strong answer's mean score minus the target's. "
    "A large gap shows where the target falls short.",
    "theta": "θ, the threshold: a pair is kept where its gap is larger than θ, either way. The paper's is 3.",
    "kept": "The gap is larger than θ: this pair is worth training on.",
    "exhausted": "The gap stayed under θ up to the last iteration. Not exported as kept.",
    "superseded": "An earlier instruction of the same lineage already passed θ.",
    "pending": "Not finished: the next run answers, scores or improves it.",
    "accepted": "A person looked at the pair and took it.",
    "per metadata": "How many basic instructions are written for each metadata.",
    "iterations": "The most steps of a lineage, the basic instruction counted. The paper's is 4.",
    "config": "The models, prompts and sampling behind a result. Results of two configs stand side by side.",
    "cached": "Replies that were already in the project and did not have to be asked for again.",
    "stale": "The metadata was edited after this was written from it.",
    "crr": "Capacity Recovery Ratio: the share of prompts on which the candidate wins or ties against the "
    "strong model. A win takes both orders.",
    "profile": "How prompts are written: “standard” as in the paper, “small” with "
    "demonstrations for small models.",
}


def term(name: str) -> str:
    """The explanation of a term, for `help=`."""
    return TERMS[name]
