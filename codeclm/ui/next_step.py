"""What to do next, from where the project stands. Pure: it draws nothing and reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from codeclm.ui.summary import Summary
from codeclm.ui.text import plural


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: why, and on which page, filtered how. `beside`: another way to it, by its label."""

    title: str
    why: str
    page: str
    label: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, Mapping[str, str]] | None = None


MANY = 500
"""Kept pairs of which no one looks at each: an hour or two by keyboard."""
DOUBTFUL, SAMPLE = {"review_order": "nearest to θ first"}, {"review_order": "at random"}
"""Filters of Review, as its address has them."""
FAILURES = {"generate": "Failures"}


def next_step(facts: Summary) -> Step:
    """The one step that brings the project on most."""
    funnel = facts.funnel
    if facts.running:
        return Step(
            "A run is going on",
            "Finished pairs can be reviewed while it works.",
            *(("Review", "Review pairs") if facts.to_review else ("Generate", "Watch it")),
        )
    if not funnel.seeds and not funnel.metadata:
        return Step(
            "Add seeds",
            "Ten real instructions are enough to begin. Upload a file or paste them.",
            "Seeds",
            "Add seeds",
        )
    if facts.to_review > MANY:
        return Step(
            f"Review some of {plural(facts.to_review, 'kept pair')}",
            "Too many to look at each: begin with the doubtful, nearest to θ, or with a sample at random. "
            "What a filter finds can be decided at once.",
            "Review",
            "The doubtful first",
            DOUBTFUL,
            ("A sample at random", SAMPLE),
        )
    if facts.to_review:
        return Step(
            f"Review {plural(facts.to_review, 'kept pair')}",
            "A look at each, and a key: accept or reject.",
            "Review",
            "Start reviewing",
        )
    if funnel.accepted:
        return Step(
            "Export your training set",
            f"{plural(funnel.accepted, 'pair')} accepted, none left to look at."
            + (
                f" {plural(funnel.failures, 'failure')} on Generate can be tried again."
                if funnel.failures
                else ""
            ),
            "Export",
            "Export",
        )
    if funnel.failures and not funnel.pending and not facts.unencoded:
        return Step(
            f"Look at {plural(funnel.failures, 'failure')}",
            "Each says why; they can be tried again.",
            "Generate",
            "See failures",
            FAILURES,
        )
    if funnel.comparisons and not funnel.kept:
        return nothing_kept(facts)
    if funnel.instructions and not funnel.comparisons and not facts.unencoded:
        return Step("Have the answers scored", unscored(funnel.instructions), "Generate", "Set up a run")
    if facts.unencoded or funnel.pending or not funnel.comparisons:
        looked = (
            "What was read in the seeds stands on Metadata, to be looked at and corrected; a run writes "
            "instructions from it, and both models answer them."
        )
        return Step(
            "Run the loop",
            looked
            if funnel.metadata and not funnel.instructions
            else "Seeds become metadata, metadata become new instructions, and both models answer them.",
            "Generate",
            "Set up a run",
        )
    return Step(
        "Every kept pair was looked at",
        "None is accepted. Run on more seeds, or look at what was rejected once more.",
        "Generate",
        "Set up a run",
    )


def unscored(count: int) -> str:
    """What instructions wait for of which none is scored: perhaps they were imported so."""
    return (
        f"{plural(count, 'instruction')} without scores so far; a run has the judge score them, "
        "and asks for no answer that was imported."
    )


def nothing_kept(facts: Summary) -> Step:
    """Why a run that scored pairs kept none, and what changes that."""
    scored, models = facts.funnel.comparisons, facts.config.models if facts.config else {}
    said = f"{plural(scored, 'pair')} scored, no gap over θ {facts.dials.theta:g}."
    if models and models["strong"] == models["target"]:
        return Step(
            "No pair is kept yet",
            f"{said} Strong and target are one model, which keeps little: set a stronger one.",
            "Models",
            "Set the models",
        )
    return Step(
        "No pair is kept yet",
        f"{said} Lower θ, let instructions grow for more iterations, or use a stronger strong model.",
        "Generate",
        "Change the settings",
    )
