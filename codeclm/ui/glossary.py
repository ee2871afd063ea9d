"""The method's terms, each explained in a sentence or two: where it stands on a page (as `help=`), and all of
a page's together under “Words” in its head.

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
    "improved": "Scored, not over θ, and made harder since: its lineage went on.",
    "conflict": "Reviewers disagree about the pair: no verdict, answer or edit has more than half of them. "
    "It is not exported until one of them settles it.",
    "stale": "The metadata was edited after this was written from it.",
    "drifted": "An improvement that may have left its subject: it shares no word with its metadata and its "
    "basic instruction, or is written in other letters than that.",
    "cluster": "Texts that lie close together on the map, because they are about the same. Unclustered is "
    "what is like few others, or like some of several clusters.",
    "coverage": "How far what is generated is spread like the seeds; gaps are where it is thinner.",
    "candidate": "What is measured against the strong model: a model, or a file of its answers or scores.",
    "attempt": "How often a step was asked anew, because its reply could not be used.",
    "crr": "Capacity Recovery Ratio: the share of prompts on which the candidate wins or ties against the "
    "strong model. A win takes both orders.",
    "profile": "How prompts are written: “standard” as in the paper, “small” with "
    "demonstrations for small models.",
}


PROMPTS: Final = {
    "encode": "Encode: read metadata in a seed",
    "decode": "Decode: write a basic instruction",
    "rubrics": "Rubrics: criteria and actions",
    "improve": "Improve: carry an action out",
    "answer_strong": "Strong answer",
    "answer_target": "Target answer",
    "judge": "Judge: score two answers",
}
"""What the prompts are called, by the name that each has in the project."""

_SPOKEN = {
    "Home": "seed, metadata, kept, gap, accepted, theta, lineage, pending, exhausted, superseded, "
    "iteration, strong, target, judge, rubric",
    "Seeds": "seed, metadata, use case, skills",
    "Metadata": "metadata, use case, skills, seed, stale",
    "Map": "cluster, coverage, seed, metadata, use case, skills, iteration, gap, strong, target, "
    "kept, accepted, pending, exhausted, superseded, improved",
    "Generate": "seed, metadata, use case, skills, strong, target, judge, gap, theta, kept, rubric, "
    "action, lineage, iteration, iterations, per metadata, profile, pending, exhausted, "
    "improved, cached, stale, attempt, config",
    "Contrast": "gap, theta, kept, lineage, iteration, use case, cluster, superseded, pending, exhausted, "
    "strong, target, judge, accepted, seed",
    "Review": "kept, gap, theta, strong, target, judge, lineage, iteration, use case, skills, cluster, "
    "accepted, conflict, exhausted, superseded, pending, improved, stale, drifted, seed",
    "Export": "kept, accepted, gap, theta, strong, target, judge, use case, skills, metadata, seed, "
    "lineage, iteration, pending, exhausted, superseded, conflict, stale",
    "Evaluate": "crr, candidate, strong, target, judge, seed, use case, cluster",
    "Models": "strong, target, judge, kept, metadata, rubric",
    "Runs": "strong, target, judge, config, cached, attempt, seed, metadata, stale",
}
ON_PAGE: Final = {page: tuple(names.split(", ")) for page, names in _SPOKEN.items()}
"""The terms that each page uses, in the order in which they are told."""


def words(page: str) -> str:
    """What the terms of a page mean, as Markdown."""
    told = ((_NAMES.get(name, name.capitalize()), TERMS[name]) for name in ON_PAGE[page])
    return "  \n".join(f"**{label}**: {text.removeprefix(f'{label}, ')}" for label, text in told)


_NAMES = {"theta": "θ", "crr": "CRR", "gap": "Gap, G"}


def term(name: str) -> str:
    """The explanation of a term, for `help=`."""
    return TERMS[name]
