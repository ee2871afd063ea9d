"""Several reviewers on one store: what their decisions come to, decisions taken together, flags, filters."""

from dataclasses import replace
from typing import Any

import pytest
from growing import CONFIG, C, basic, call, encoded, grown, improved, manual

from codeclm.agreement import percent
from codeclm.contrast import Judged
from codeclm.errors import ProjectError
from codeclm.records import Decision, Message
from codeclm.store import PairFilter, Store
from codeclm.votes import units


def pairs(store: Store, number: int = 4) -> list[str]:
    return [grown(store, basic(manual(store, f"use {n}"), f"text {n}"), n + 1).id for n in range(number)]


def test_the_adjudicated_decision_stands_over_any_majority(store: Store) -> None:
    pair, *_ = pairs(store)
    for reviewer in ("ann", "bob"):
        store.decisions.decide(Decision(pair, "accept", reviewer))
    settled = Decision(pair, "reject", "cyd", adjudicated=True)
    store.decisions.decide(settled)
    assert store.decisions.verdict(pair) == (settled, False)
    store.decisions.decide(Decision(pair, "accept", "dan"))
    assert store.decisions.verdict(pair) == (settled, False)
    store.decisions.undo("cyd")
    assert store.decisions.verdict(pair)[0] == Decision(pair, "accept", "dan")


STRONG, TARGET = {"answer": "strong"}, {"answer": "target"}
EDITED = {"answer": "strong", "response": "Better."}


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (STRONG, STRONG, True),
        (STRONG, {}, True),
        (STRONG, TARGET, False),
        (TARGET, {}, False),
        (STRONG, EDITED, False),
        (EDITED, EDITED, True),
        (EDITED, {**EDITED, "response": "Best."}, False),
        (STRONG, {**STRONG, "instruction": "text 0"}, True),
        (STRONG, {**STRONG, "instruction": "another"}, False),
    ],
)
def test_two_agree_who_accept_the_same_answer_with_the_same_edits(
    store: Store, one: dict[str, Any], other: dict[str, Any], agree: bool
) -> None:
    pair, *_ = pairs(store)
    store.decisions.decide(Decision(pair, "accept", "ann", **one))
    last = Decision(pair, "accept", "bob", **other)
    store.decisions.decide(last)
    assert store.decisions.verdict(pair) == ((last, False) if agree else (None, True))
    assert store.decisions.conflicts(C) == (not agree)
    assert percent(units(store.decisions.votes(C, own=True))).rate == agree
    assert store.pairs.count(C, 0, 4, PairFilter(decision="conflict")) == (not agree)
    store.decisions.decide(Decision(pair, "accept", "cyd", **one))
    assert store.decisions.verdict(pair)[0] == Decision(pair, "accept", "cyd", **one)
    store.decisions.undo("cyd")
    store.decisions.undo("bob")
    assert store.decisions.verdict(pair) == (Decision(pair, "accept", "ann", **one), False)


def test_no_more_than_half_is_no_majority(store: Store) -> None:
    pair, *_ = pairs(store)
    for reviewer, answer in (("ann", "strong"), ("bob", "target"), ("cyd", "strong")):
        store.decisions.decide(Decision(pair, "accept", reviewer, answer))
    assert store.decisions.verdict(pair)[0] == Decision(pair, "accept", "cyd", "strong")
    store.decisions.decide(Decision(pair, "reject", "dan"))
    assert store.decisions.verdict(pair) == (None, True)


def test_settling_leaves_what_each_said_before_in_the_figure(store: Store) -> None:
    one, two, *_ = pairs(store)
    for reviewer, verdict in (("ann", "reject"), ("bob", "accept")):
        store.decisions.decide(Decision(one, verdict, reviewer))
        store.decisions.decide(Decision(two, "accept", reviewer))
    before = percent(units(store.decisions.votes(C, own=True)))
    assert (before.rate, before.total) == (0.5, 2)
    for reviewer in ("ann", "cyd"):
        store.decisions.decide(Decision(one, "accept", reviewer, adjudicated=True))
        assert store.decisions.conflicts(C) == 0
        assert percent(units(store.decisions.votes(C, own=True))) == before
    assert [vote.verdict for vote in store.decisions.votes(C) if vote.reviewer == "ann"] == ["accept"] * 2


def test_what_is_in_conflict_is_settled_by_a_decision_on_many(store: Store) -> None:
    one, two, *_ = pairs(store)
    for reviewer, verdict in (("ann", "reject"), ("bob", "accept")):
        store.decisions.decide(Decision(one, verdict, reviewer))
    store.decisions.decide_all([one, two], "accept", "ann")
    assert store.decisions.verdict(one) == (Decision(one, "accept", "ann", adjudicated=True), False)
    assert store.decisions.verdict(two) == (Decision(two, "accept", "ann"), False)
    store.decisions.undo("ann")
    assert store.decisions.verdict(one) == (None, True)


def test_a_pair_waits_for_the_minimum_of_reviewers(store: Store) -> None:
    one, two, *_ = pairs(store)
    store.decisions.decide(Decision(one, "accept", "ann"))
    store.decisions.verdicts.set_minimum(2)
    assert store.decisions.verdict(one) == (None, False)
    assert store.pairs.count(C, 3, 4, PairFilter(decision="none")) == 4
    store.decisions.decide(Decision(one, "accept", "bob"))
    assert store.funnel(C, 3, 4).accepted == 1
    store.decisions.decide(Decision(two, "reject", "bob", adjudicated=True))
    assert store.funnel(C, 3, 4).rejected == 1
    store.decisions.verdicts.set_minimum(1)
    assert store.decisions.verdicts.minimum == 1
    assert store.funnel(C, 3, 4).accepted == 1


def test_undecided_is_kept_without_a_verdict(store: Store) -> None:
    ids, where = pairs(store), PairFilter(status="kept", decision="none")
    for pair, reviewer, verdict in ((0, "ann", "accept"), (0, "bob", "reject"), (1, "ann", "reject")):
        for theta in (0, 3):
            assert store.funnel(C, theta, 4).undecided == store.pairs.count(C, theta, 4, where)
        store.decisions.decide(Decision(ids[pair], verdict, reviewer))
    assert store.funnel(C, 0, 4).undecided == store.pairs.count(C, 0, 4, where) == len(ids) - 2


def test_many_decisions_are_one_step(store: Store) -> None:
    ids = pairs(store)
    store.decisions.decide(Decision(ids[0], "accept", "ann"))
    assert store.decisions.decide_all([*ids, "0" * 20], "reject", "ann", ["too easy"]) == 4
    assert store.funnel(C, 0, 4).rejected == 4
    assert store.decisions.of(ids[2])[0].reasons == ("too easy",)
    assert store.decisions.together("ann") == 4
    assert store.decisions.undo("ann") == ids[3]
    assert (store.funnel(C, 0, 4).accepted, store.funnel(C, 0, 4).rejected) == (1, 0)
    assert (store.decisions.together("ann"), store.decisions.together("ann", undone=True)) == (1, 4)
    store.decisions.redo("ann")
    assert store.funnel(C, 0, 4).rejected == 4
    store.decisions.undo("ann")
    store.decisions.undo("ann")
    assert store.decisions.undo("ann") is None
    assert store.decisions.together("ann") == 0


def test_flags_are_marks_and_no_verdicts(store: Store) -> None:
    one, *_ = pairs(store)
    store.flags.put(one, "ann", "odd")
    store.flags.put(one, "ann", "very odd")
    store.flags.put(one, "bob")
    assert store.flags.of(one) == {"ann": "very odd", "bob": ""}
    assert store.pairs.ids(C, 3, 4, PairFilter(flagged=True)) == [one]
    assert store.pairs.count(C, 3, 4, PairFilter(flagged=False)) == 3
    assert store.decisions.of(one) == []
    store.flags.clear(one, "ann")
    store.flags.clear(one, "bob")
    assert store.flags.of(one) == {}
    with pytest.raises(ProjectError, match="no pair"):
        store.flags.put("none")


def test_filters_by_gap_reviewer_and_staleness(store: Store) -> None:
    ids = pairs(store)
    store.decisions.decide(Decision(ids[1], "accept", "ann"))

    def found(**where: object) -> list[str]:
        return sorted(store.pairs.ids(C, 0, 4, PairFilter(**where)))  # type: ignore[arg-type]

    assert found(gap_from=2.0, gap_to=3.0) == sorted(ids[1:3])
    assert found(decided_by="ann") == [ids[1]]
    assert found(decided_by="bob") == []
    assert found(undecided_by="ann") == sorted({*ids} - {ids[1]})
    assert found(stale=True) == []
    pair = store.pairs.get(ids[2], 0, 4)
    assert pair is not None
    store.studio.remark(pair.instruction_id, "drift", "other letters")
    assert found(remarked=True) == [ids[2]]
    assert len(found(stale=False)) == 4


def test_rare_use_cases_come_first(store: Store) -> None:
    common = [encoded(store, f"poem {n}") for n in range(3)]
    rare = manual(store, "law")
    ids = [grown(store, basic(row), 5).id for row in (*common, rare)]
    assert store.pairs.ids(C, 3, 4, order="rare")[0] == ids[3]


def test_votes_are_the_newest_of_each_reviewer(store: Store) -> None:
    one, *_ = pairs(store)
    store.decisions.decide(Decision(one, "reject", "ann"))
    store.decisions.decide(Decision(one, "accept", "ann", "target"))
    store.decisions.decide(Decision(one, "reject", "bob"))
    votes = store.decisions.votes(C)
    assert [(v.pair, v.reviewer, v.verdict, v.answer, v.gap) for v in votes] == [
        (one, "ann", "accept", "target", 1.0),
        (one, "bob", "reject", None, 1.0),
    ]


def test_the_columns_of_scores_go_together(store: Store) -> None:
    first = basic(encoded(store))
    one, two = grown(store, first, 1), grown(store, improved(first, "Harder"), -5)
    store.lineages.add_instruction(improved(first, "Unscored"), C)
    seen = store.scores.scored(C)
    assert (store.scores.pairs(seen.comparison), seen.gap, seen.reach) == (
        [one.id, two.id],
        [1.0, -5.0],
        [0.0, 1.0],
    )
    assert (seen.iteration, seen.leaf, seen.held) == ([1, 2], [0, 1], [None, None])
    store.metadata.set_state([first.metadata], "excluded")
    assert store.scores.scored(C).held == [None, "left out"]
    instructions, metadata = store.scores.metadata()
    assert set(seen.instruction) < set(instructions)
    assert len(set(metadata)) == 1
    assert store.scores.pairs(seen.comparison[::-1]) == [two.id, one.id]
    assert store.scores.scored("none").gap == []


def test_what_the_judge_said_is_counted(store: Store) -> None:
    first = basic(encoded(store))
    grown(store, first, 1)
    grown(store, improved(first, "Harder"), -5)
    grown(store, basic(manual(store, "law")), -5)
    assert store.scores.judged(C, "strong") == {
        Judged((6.0, 5.0), (6.0, 5.0), 0, 0, "strong"): 1,
        Judged((0.0, 5.0), (0.0, 5.0), 0, 0, "strong"): 2,
    }


def test_replies_of_the_judge_are_those_to_the_question_as_the_config_puts_it(store: Store) -> None:
    shown = CONFIG.model_copy(update={"templates": {"judge": "with a demonstration"}})
    for config in (CONFIG, shown):
        store.settings.use_config(config)
    ask, again = [Message("user", "Score")], [Message("assistant", "?"), Message("user", "Once more")]
    jobs = (
        ("run", C, (ask, ask, ask + again)),
        ("run", shown.id, (ask + again, ask + again)),
        ("step", C, (ask,)),
        ("evaluate", C, (ask, ask + again)),
    )
    for number, (kind, config, asked) in enumerate(jobs):
        store.calls.job = store.jobs.start(kind, {"config": config}, 1)
        for sample, turns in enumerate(asked):
            made = call("One", sample=10 * number + sample)
            asking = replace(made.request, model="s", messages=tuple(turns))
            store.calls.put(replace(made, request=asking))
    assert store.scores.replies(C, turns=1) == (4, 1)
    assert store.scores.replies(shown.id, turns=3) == (2, 0)
    assert store.scores.replies("none", turns=1) == (0, 0)


def test_what_calls_took_is_told_by_instruction(store: Store) -> None:
    first = basic(encoded(store))
    grown(store, first, 1)
    (number,) = store.scores.scored(C).instruction
    scoring = call("One", record=first.id, cost=0.25)
    kinds = (("judge", "s"), ("answer", "s"), ("rubrics", "s"), ("judge", "another"))
    for sample, (stage, model) in enumerate(kinds):
        asked = replace(scoring.request, stage=stage, model=model, sample=sample)
        store.calls.put(replace(scoring, request=asked))
    store.calls.put(replace(scoring, request=replace(scoring.request, record="a seed", model="s", sample=9)))
    store.calls.put(call("Two", record="a seed", cost=None))
    store.calls.job = store.jobs.start("evaluate", {}, 1)
    store.calls.put(replace(scoring, request=replace(scoring.request, record="a prompt", sample=10)))
    taken = store.scores.taken(C)
    at = taken.instruction.index(number)
    assert (taken.own_tokens[at], taken.step_tokens[at]) == (30, 15)
    assert (taken.own_cost[at], taken.step_cost[at]) == (0.5, 0.25)
    assert (taken.shared_tokens, taken.shared_cost, taken.priced) == (15, 0.25, False)
