"""The laws of the loop, whatever the replies and whatever the timing."""

import asyncio
import json
import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeclm.contrast import nodes, status
from codeclm.errors import BudgetReached, EndpointError, TransportError
from codeclm.llm.model import Reply
from codeclm.pipeline import (
    AnswerMade,
    Compared,
    Failed,
    InstructionMade,
    Plan,
    Remarked,
    Root,
    RubricsMade,
    Task,
    encode,
    grow,
)
from codeclm.records import Answer, Instruction, Labels, Metadata, Seed
from codeclm.settings import Dials, Endpoint
from codeclm.stages.profiles import make_config
from codeclm.stages.steps import choose
from codeclm.testing import ScriptedModel, loop_reply, request_body

ENDPOINTS = {
    "strong": Endpoint(url="http://s.test/v1", model="large"),
    "target": Endpoint(url="http://t.test/v1", model="target"),
}
METADATA = Metadata("manual", Labels("letter", ("tact", "brevity")))


def plan(stages=None, attempts=None, **dials):
    made = Dials(**dials)
    more = {} if stages is None else {"stages": frozenset(stages)}
    return Plan(make_config(ENDPOINTS, made), made, attempts=attempts or {}, **more)


def played(request):
    return loop_reply(request_body(request))


def script(**stages):
    """The loop's replies, but for what is given: by stage, "strong" and "target" for answers, "improve"."""

    def say(request):
        name = request.stage if request.stage != "answer" else request.role
        if request.schema is not None and request.schema.name == "improvement":
            name = "improve"
        said = stages.get(name)
        said = said(request) if callable(said) else said
        return played(request) if said is None else said

    return ScriptedModel(say)


def scores(first, second):
    return json.dumps({"explanation": "", "score_1": first, "score_2": second})


def strong_wins(request):
    return scores(9, 1) if request.sample == 0 else scores(1, 9)


class Jittered(ScriptedModel):
    """Plays the loop, each reply after a delay of its own."""

    def __init__(self, seed, script=None):
        super().__init__(script)
        self.random = random.Random(seed)

    async def complete(self, request):
        for _ in range(self.random.randrange(6)):
            await asyncio.sleep(0)
        return await super().complete(request)


async def events(task, plan, model):
    return [event async for event in grow(task, plan, model)]


def of(kind, found):
    return [event for event in found if isinstance(event, kind)]


def lineages(found):
    """Each lineage as its instructions with their gaps, None where there is none."""
    made = {event.instruction.id: event.instruction for event in of(InstructionMade, found)}
    gaps = {event.comparison.instruction: event.comparison.gap for event in of(Compared, found)}
    child = {node.parent: node for node in made.values() if node.parent}
    paths = []
    for node in made.values():
        if node.parent is None:
            path = [node]
            while path[-1].id in child:
                path.append(child[path[-1].id])
            paths.append([(step, gaps.get(step.id)) for step in path])
    return paths


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10**6),
    theta=st.sampled_from([0, 2, 3, 5, 9]),
    cap=st.integers(1, 5),
    per=st.integers(1, 4),
    delays=st.integers(0, 10**6),
)
def test_the_laws_of_the_loop(seed, theta, cap, per, delays):
    made = plan(seed=seed, theta=theta, iterations=cap, per_metadata=per)
    model = Jittered(delays)
    found = asyncio.run(events(Task(METADATA), made, model))
    paths = lineages(found)
    assert not of(Failed, found)
    assert sorted(path[0][0].sample for path in paths) == list(range(per))
    for path in paths:
        assert [node.iteration for node, _ in path] == list(range(1, len(path) + 1))
        assert len(path) <= cap
        gaps = [gap for _, gap in path]
        assert None not in gaps
        assert all(abs(gap) <= theta for gap in gaps[:-1])
        assert abs(gaps[-1]) > theta or len(path) == cap
        assert len({node.action for node, _ in path[1:]}) == min(len(path) - 1, 4)
    assert len(of(RubricsMade, found)) == any(len(path) > 1 for path in paths)
    orders = Counter((r.record, r.sample) for r in model.history if r.stage == "judge")
    compared = {event.comparison.instruction for event in of(Compared, found)}
    assert orders == Counter({(node, order): 1 for node in compared for order in (0, 1)})


@settings(max_examples=10)
@given(first=st.integers(0, 10**6), second=st.integers(0, 10**6))
def test_the_records_do_not_depend_on_timing(first, second):
    made = plan(per_metadata=4)
    one, two = (asyncio.run(events(Task(METADATA), made, Jittered(seed))) for seed in (first, second))
    assert set(map(repr, one)) == set(map(repr, two))
    assert len(one) == len(two)


@pytest.mark.parametrize("seed", range(12))
async def test_theta_two_and_theta_three_read_at_two_keep_the_same(seed):
    kept = []
    for theta in (2, 3):
        made = plan(seed=0, theta=theta, per_metadata=3)
        metadata = Metadata("manual", Labels(f"letter {seed}", ("tact",)))
        found = await events(Task(metadata), made, ScriptedModel())
        kept.append(
            {
                node.id
                for path in lineages(found)
                for (node, _), place in zip(path, nodes([gap for _, gap in path]), strict=True)
                if status(place, 2, 4) == "kept"
            }
        )
    assert kept[0] == kept[1]


async def test_a_record_comes_before_what_is_built_on_it():
    known = {METADATA.id}
    for event in await events(Task(METADATA), plan(per_metadata=3), Jittered(5)):
        match event:
            case InstructionMade(instruction):
                assert instruction.parent is None or instruction.parent in known
                known.add(instruction.id)
            case AnswerMade(answer):
                assert answer.instruction in known
                known.add(answer.id)
            case Compared(comparison):
                assert {comparison.strong_answer, comparison.target_answer} <= known


async def test_the_second_order_swaps_the_seats_and_the_scores_follow_the_model():
    model = script(
        strong="STRONG", target="TARGET", judge=lambda r: scores(9, 4) if r.sample == 0 else scores(3, 8)
    )
    found = await events(Task(METADATA), plan(), model)
    first, second = (r.messages[-1].content for r in model.history if r.stage == "judge")
    assert first.index("STRONG") < first.index("TARGET")
    assert second.index("TARGET") < second.index("STRONG")
    comparison = of(Compared, found)[0].comparison
    assert (comparison.strong_score, comparison.target_score, comparison.gap) == (8.5, 3.5, 5)


async def test_a_gap_equal_to_theta_does_not_pass():
    model = script(judge=lambda r: scores(8, 5) if r.sample == 0 else scores(5, 8))
    assert len(of(Compared, await events(Task(METADATA), plan(theta=3), model))) == 4
    assert len(of(Compared, await events(Task(METADATA), plan(theta=2.5), model))) == 1


async def test_a_target_that_is_better_by_more_than_theta_stops_the_lineage_too():
    model = script(judge=lambda r: scores(2, 9) if r.sample == 0 else scores(9, 2))
    found = await events(Task(METADATA), plan(), model)
    assert [event.comparison.gap for event in of(Compared, found)] == [-7]


async def test_later_samples_are_shown_the_earlier_ones():
    model = ScriptedModel()
    found = await events(Task(METADATA), plan(stages={"decode"}, per_metadata=3), model)
    texts = [event.instruction.text for event in found]
    assert [sum(text in r.messages[-1].content for text in texts) for r in model.history] == [0, 1, 2]


@pytest.mark.parametrize(
    ("stages", "kinds"),
    [
        ({"encode"}, set()),
        ({"decode"}, {InstructionMade}),
        ({"decode", "answer"}, {InstructionMade, AnswerMade}),
        ({"decode", "rubrics"}, {InstructionMade, RubricsMade}),
        ({"rubrics"}, {RubricsMade}),
        ({"decode", "answer", "judge"}, {InstructionMade, AnswerMade, Compared}),
    ],
)
async def test_a_stage_that_is_not_in_the_plan_ends_the_walk(stages, kinds):
    found = await events(Task(METADATA), plan(stages=stages, theta=10), ScriptedModel())
    assert {type(event) for event in found} == kinds
    assert len(of(InstructionMade, found)) <= 1


async def test_known_answers_are_not_asked_for_and_known_gaps_not_judged():
    node = Instruction(METADATA.id, METADATA.revision, "Hello", origin="imported")
    answers = tuple(Answer(node.id, role, "imported", role) for role in ("strong", "target"))
    model = script(judge=strong_wins)
    roots = (Root(node, answers), Root(Instruction(METADATA.id, METADATA.revision, "Bye"), gap=8.0))
    found = await events(Task(METADATA, roots), plan(stages={"answer", "judge"}), model)
    assert [r.stage for r in model.history] == ["judge", "judge"]
    assert [type(event) for event in found] == [Compared]
    assert found[0].comparison.strong_answer == answers[0].id
    assert found[0].comparison.config == plan().config.id


async def test_a_lineage_goes_on_where_it_ends_as_if_it_had_never_stopped():
    first = await events(Task(METADATA), plan(theta=100, iterations=2), ScriptedModel())
    basic, leaf = (event.instruction for event in of(InstructionMade, first))
    gap = of(Compared, first)[-1].comparison.gap
    root = Root(leaf, gap=gap, used=(leaf.action,), basic=basic.text)
    task = Task(METADATA, (root,), of(RubricsMade, first)[0].rubrics, written=(basic,))
    model = ScriptedModel()
    found = await events(task, plan(theta=100, iterations=3), model)
    assert Counter(request.stage for request in model.history) == {"rubrics": 1, "answer": 2, "judge": 2}
    whole = await events(Task(METADATA), plan(theta=100, iterations=3), ScriptedModel())
    assert compared(found) | compared(first) == compared(whole)


def compared(found):
    return {event.comparison.id for event in of(Compared, found)}


async def test_a_metadata_of_which_none_is_wanted_is_not_decoded_and_its_pairs_grow_on():
    node = Instruction(METADATA.id, METADATA.revision, "Hello", origin="imported")
    task = Task(METADATA, (Root(node, gap=0.5),), wanted=0)
    found = await events(task, plan(iterations=2), ScriptedModel())
    made = [event.instruction for event in of(InstructionMade, found)]
    assert [(child.parent, child.iteration, child.origin) for child in made] == [(node.id, 2, "generated")]


async def test_what_is_written_already_is_shown_to_the_next_and_not_asked_for_again():
    whole = await events(Task(METADATA), plan(stages={"decode"}, per_metadata=3), ScriptedModel())
    nodes = [event.instruction for event in of(InstructionMade, whole)]
    for there in (nodes[:2], nodes[1:], []):
        model, task = ScriptedModel(), Task(METADATA, wanted=3, written=tuple(there))
        found = await events(task, plan(stages={"decode"}), model)
        assert {event.instruction for event in of(InstructionMade, found)} == {*nodes} - {*there}
        assert len(model.history) == 3 - len(there)


async def test_drift_is_told_from_the_basic_instruction_wherever_a_walk_begins():
    node = Instruction(METADATA.id, METADATA.revision, "Cook rice quickly tonight", iteration=2)
    model = script(improve=json.dumps({"instruction": "Arrange seven garden visits"}))
    for basic, drifts in (("Show a garden", 0), ("Cook some rice", 1), (None, 1)):
        task = Task(METADATA, (Root(node, gap=0.5, basic=basic),))
        found = await events(task, plan(stages={"rubrics", "answer", "judge"}, iterations=3), model)
        assert len(of(Remarked, found)) == drifts, basic


async def failures(model, **dials):
    return [event.failure for event in of(Failed, await events(Task(METADATA), plan(**dials), model))]


async def test_a_seed_that_cannot_be_encoded_is_a_failure_with_its_raw_reply():
    seed = Seed("Hi")
    found = await encode(seed, plan(), ScriptedModel(["no", "no", "still no"]))
    assert isinstance(found, Failed)
    failure = found.failure
    assert (failure.stage, failure.record, failure.raw, failure.transport) == (
        "encode",
        seed.id,
        "still no",
        False,
    )
    found = await encode(seed, plan(), ScriptedModel([TransportError("gone")]))
    assert found.failure.transport


async def test_an_encoded_seed_names_its_metadata():
    metadata = await encode(Seed("Hi"), plan(), ScriptedModel())
    assert (metadata.origin, metadata.seed) == ("encoded", Seed("Hi").id)


async def test_one_lineage_fails_and_its_siblings_go_on():
    bad = {}

    def judge(request):
        bad.setdefault("record", request.record)
        return "I cannot say" if request.record == bad["record"] else strong_wins(request)

    model = script(judge=judge)
    found = await events(Task(METADATA), plan(per_metadata=3), model)
    (failed,) = of(Failed, found)
    assert (failed.failure.stage, failed.failure.record) == ("judge", bad["record"])
    assert failed.failure.raw == "I cannot say"
    assert len(of(Compared, found)) == 2


async def test_a_sample_without_a_reply_holds_back_the_later_ones():
    def decode(request):
        return TransportError("dropped") if request.sample == 1 else None

    (failure,) = await failures(model := script(decode=decode), per_metadata=4, theta=0)
    assert (failure.record, failure.transport) == (f"{METADATA.id}:1", True)
    assert max(r.sample for r in model.history if r.stage == "decode") == 1


async def test_a_sample_with_a_bad_reply_does_not_and_its_retry_changes_no_other():
    def decode(request):
        return "" if request.sample == 1 and request.attempt == 0 else None

    def asked(model):
        return {r.sample: r.key for r in model.history if r.stage == "decode" and r.sample != 1}

    task, before, after = Task(METADATA), script(decode=decode), script(decode=decode)
    found = await events(task, plan(per_metadata=3, stages={"decode"}), before)
    assert [event.failure.record for event in of(Failed, found)] == [f"{METADATA.id}:1"]
    attempts = {("decode", f"{METADATA.id}:1"): 1}
    found = await events(task, plan(per_metadata=3, stages={"decode"}, attempts=attempts), after)
    assert sorted(event.instruction.sample for event in found) == [0, 1, 2]
    assert asked(before) == asked(after)


async def test_a_rubric_set_that_fails_is_told_once_for_all_lineages():
    (failure,) = await failures(script(rubrics="[]", judge=scores(5, 5)), per_metadata=3)
    assert (failure.stage, failure.record) == ("rubrics", METADATA.id)


async def test_an_improvement_that_fails_names_its_instruction():
    (failure,) = await failures(script(improve="", judge=scores(5, 5)))
    assert failure.stage == "rubrics"
    assert failure.record != METADATA.id


@pytest.mark.parametrize("bad", [Reply("A lon", "A lon", "length"), Reply("", "", "stop")])
async def test_a_strong_answer_that_is_cut_or_empty_is_asked_once_more_with_twice_the_room(bad):
    model = script(strong=lambda r: bad if r.room == 1 else "Whole.", judge=strong_wins)
    found = await events(Task(METADATA), plan(), model)
    assert [event.answer.text for event in of(AnswerMade, found) if event.answer.role == "strong"] == [
        "Whole."
    ]
    assert [r.room for r in model.history if (r.stage, r.role) == ("answer", "strong")] == [1, 2]
    (failure,) = await failures(script(strong=bad))
    assert (failure.stage, failure.raw) == ("answer", bad.raw)


@pytest.mark.parametrize("bad", [Reply("A lon", "A lon", "length"), Reply("", "", "stop")])
async def test_a_target_answer_that_is_cut_or_empty_is_data(bad):
    model = script(target=bad, judge=strong_wins)
    found = await events(Task(METADATA), plan(), model)
    (answer,) = [event.answer for event in of(AnswerMade, found) if event.answer.role == "target"]
    assert (answer.text, answer.truncated) == (bad.text, bad.truncated)
    assert len([r for r in model.history if (r.stage, r.role) == ("answer", "target")]) == 1


async def test_the_answer_that_came_is_kept_when_the_other_fails():
    found = await events(Task(METADATA), plan(), script(strong=TransportError("gone")))
    assert [event.answer.role for event in of(AnswerMade, found)] == ["target"]
    assert of(Failed, found)[0].failure.transport


async def test_a_retry_asks_again_only_what_failed():
    def strong(request):
        return Reply("", "") if request.attempt == 0 else "Whole."

    model = script(strong=strong, judge=strong_wins)
    (failure,) = await failures(model)
    attempts = {("answer", failure.record): 1}
    found = await events(Task(METADATA), plan(attempts=attempts), model)
    assert of(Compared, found)
    assert {r.attempt for r in model.history if (r.stage, r.role) == ("answer", "target")} == {0}


@pytest.mark.parametrize("stop", [EndpointError("no such model"), BudgetReached("used up")])
@pytest.mark.parametrize("stage", ["decode", "strong", "judge", "improve", "rubrics"])
async def test_what_stops_a_run_propagates_and_nothing_more_is_asked(stop, stage):
    said = {"judge": scores(5, 5), stage: stop}
    model = script(**said)
    with pytest.raises(type(stop)):
        await events(Task(METADATA), plan(per_metadata=3), model)
    asked = len(model.history)
    await asyncio.sleep(0.01)
    assert len(model.history) == asked


async def test_requests_in_flight_are_finished_before_a_stop_is_raised():
    done = []

    class Slow(ScriptedModel):
        async def complete(self, request):
            if request.role == "target":
                await asyncio.sleep(0.02)
                done.append(request.record)
            return await super().complete(request)

    model = Slow(script(strong=EndpointError("stop"))._function)
    with pytest.raises(EndpointError):
        await events(Task(METADATA), plan(), model)
    assert len(done) == 1


async def test_closing_the_walk_early_leaves_nothing_running():
    model = ScriptedModel(latency=0.01)
    walk = grow(Task(METADATA), plan(per_metadata=4), model)
    await anext(walk)
    before = len(asyncio.all_tasks())
    await walk.aclose()
    assert len(asyncio.all_tasks()) == 1 < before
    asked = len(model.history)
    await asyncio.sleep(0.03)
    assert len(model.history) == asked


async def test_cancelling_the_caller_ends_the_walk():
    model = ScriptedModel(latency=0.05)
    work = asyncio.create_task(events(Task(METADATA), plan(), model))
    await asyncio.sleep(0.01)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert len(asyncio.all_tasks()) == 1


@given(st.lists(st.text(min_size=1), min_size=4, max_size=4, unique=True), st.integers(0, 4), st.integers())
def test_an_action_is_drawn_from_those_not_used(actions, used, seed):
    drawn = choose(actions, actions[:used], seed, "instruction")
    assert drawn in (actions[used:] or actions)
    assert drawn == choose(actions, actions[:used], seed, "instruction")


def test_draws_differ_by_instruction_and_seed():
    actions = [str(number) for number in range(4)]
    assert len({choose(actions, (), 0, f"node {n}") for n in range(40)}) == 4
    assert len({choose(actions, (), n, "node") for n in range(40)}) == 4
