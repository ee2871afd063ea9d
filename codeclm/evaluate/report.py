"""What an evaluation found: counts, intervals, groups, the judge's health, and who does better than whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from statistics import fmean
from typing import Any

from codeclm.contrast import Health, Judged, health
from codeclm.errors import ProjectError
from codeclm.evaluate.crr import Outcome, Paired, Tally, adjusted, by_group, compare, outcome, tally
from codeclm.records import AnswerRole, Scores
from codeclm.store import Evaluation, Given, Missed, Prompt, Store
from codeclm.store.evaluations import STRONG


@dataclass(frozen=True, slots=True)
class Result:
    """One candidate. `one_order` counts prompts judged in one order only; outcomes go by place."""

    number: int
    name: str
    kind: str
    counts: Tally
    groups: dict[str, Tally]
    outcomes: dict[int, Outcome]
    one_order: int
    means: tuple[float, float] | None
    """The mean scores of the strong answers and of this candidate's."""
    health: Health

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "name": self.name,
            **self.counts.as_dict(),
            "groups": {name: counts.as_dict() for name, counts in self.groups.items()},
            "sign_test_p": self.counts.sign_p,
            "mean_scores": list(self.means) if self.means else None,
            "one_order": self.one_order,
            "judge": {name: asdict(found) for name, found in self.health._asdict().items()},
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A whole evaluation. `compared` has every two candidates on the prompts that both were judged on."""

    evaluation: Evaluation
    results: list[Result]
    compared: list[Paired]
    missed: list[Missed]

    @property
    def edited(self) -> list[str]:
        """The prompts, by name, that the models were asked with as they were edited in the project."""
        return list(self.evaluation.spec.get("edited", ()))

    def as_dict(self) -> dict[str, Any]:
        """As the contract's JSON writes it: the first candidate, then all of them."""
        spec = self.evaluation.spec
        first = self.results[0].as_dict()
        return {
            **{name: first[name] for name in ("wins", "ties", "losses", "crr", "ci95", "groups")},
            "id": self.evaluation.id,
            "prompts": self.evaluation.prompts,
            "strong": spec["strong"]["name"],
            "judge": spec["judge"],
            "edited": self.edited,
            "candidates": [result.as_dict() for result in self.results],
            "compared": [pair.as_dict() for pair in self.compared],
            "failures": [
                {"candidate": self.name(each.candidate), "prompt": each.place, "stage": each.stage}
                | {"reason": each.reason, "raw": each.raw}
                for each in self.missed
            ],
        }

    def name(self, number: int) -> str:
        """What a candidate, or with 0 the strong model, is called."""
        spec = self.evaluation.spec
        found: str = (spec["strong"] if number == STRONG else spec["candidates"][number - 1])["name"]
        return found


def report(store: Store, evaluation: str) -> Report:
    """The report of an evaluation, however far it is. ProjectError: there is none such."""
    with store.read():
        found = store.evaluations.get(evaluation)
        if found is None:
            raise ProjectError(f"{evaluation}: no such evaluation; `evaluations` lists them.")
        prompts = store.evaluations.prompts(evaluation)
        strong = store.evaluations.answers(evaluation, STRONG)
        results = [
            _result(store, found, prompts, strong, number)
            for number in range(1, len(found.spec["candidates"]) + 1)
        ]
        missed = store.evaluations.missed(evaluation)
    by_place = [{str(place): each for place, each in result.outcomes.items()} for result in results]
    compared = [
        compare(results[one].name, results[two].name, by_place[one], by_place[two])
        for one, two in combinations(range(len(results)), 2)
    ]
    return Report(found, results, adjusted(compared), missed)


def _result(
    store: Store, evaluation: Evaluation, prompts: list[Prompt], strong: Mapping[int, Given], number: int
) -> Result:
    about = evaluation.spec["candidates"][number - 1]
    scores = store.evaluations.scores(evaluation.id, number)
    answers = store.evaluations.answers(evaluation.id, number)
    outcomes = {place: outcome(orders) for place, orders in sorted(scores.items())}
    own = _own(evaluation.spec, about)
    if about["kind"] == "scores" and evaluation.spec["strong"]["kind"] == "model":
        strong = {}  # those that were scored are others
    return Result(
        number=number,
        name=about["name"],
        kind=about["kind"],
        counts=tally(outcomes.values()),
        groups=by_group((prompts[place].group, each) for place, each in outcomes.items()),
        outcomes=outcomes,
        one_order=sum(len(orders) == 1 for orders in scores.values()),
        means=_means(scores),
        health=health(
            _judged(orders, strong.get(place), answers.get(place), own) for place, orders in scores.items()
        ),
    )


def _own(spec: Mapping[str, Any], candidate: Mapping[str, Any]) -> AnswerRole | None:
    """Whose answers the judge's own model wrote. None: neither's, both's, or it scored none of them."""
    if candidate["kind"] == "scores":
        return None
    wrote = (spec["strong"]["model"] == spec["judge"], candidate["model"] == spec["judge"])
    if spec["judge"] is None or wrote[0] == wrote[1]:
        return None
    return "strong" if wrote[0] else "target"


def _judged(
    orders: tuple[Scores, ...], strong: Given | None, target: Given | None, own: AnswerRole | None
) -> Judged:
    pairs = [(each.strong, each.target) for each in orders]
    lengths = (len(strong.text), len(target.text)) if strong and target else (0, 0)
    return Judged(pairs[0], pairs[1] if len(pairs) > 1 else None, *lengths, own)


def _means(scores: Mapping[int, tuple[Scores, ...]]) -> tuple[float, float] | None:
    if not scores:
        return None
    return (
        fmean(fmean(each.strong for each in orders) for orders in scores.values()),
        fmean(fmean(each.target for each in orders) for orders in scores.values()),
    )
