"""Steps by hand: what they make, that a run goes on from them, that they may happen beside a run."""

import json
import threading

import pytest

from codeclm.cli import main
from codeclm.errors import BusyError, UsageError
from codeclm.jobs.lock import hold
from codeclm.jobs.order import TEMPLATES, Order
from codeclm.jobs.run import run
from codeclm.jobs.step import STEP, Wish, edited, rubric_set, take
from codeclm.pipeline import DEFAULT_STAGES
from codeclm.records import Labels, Metadata
from codeclm.settings import Endpoint
from codeclm.stages.profiles import default_templates
from codeclm.store import Store
from codeclm.testing import loop_reply


def quiet(line):
    pass


def step(path, what, record, action=None):
    ended, made = take(path, Wish(what, record, action), quiet, quiet)
    return ended, made


@pytest.fixture
def ready(project, order):
    """A project whose endpoints are kept, with one metadata written by hand."""
    path = project(0)
    run(path, order(), quiet, quiet)
    with Store.open(path) as store:
        store.metadata.add([Metadata("manual", Labels("travel advice", ("planning",)))])
        (metadata,) = store.metadata.page()
    return path, metadata


def tree(path, metadata):
    with Store.open(path) as store:
        return store.studio.tree(metadata.id, store.settings.config().id)


def test_an_instruction_grows_step_by_step_and_is_kept(ready):
    path, metadata = ready
    _, (basic,) = step(path, "basic", metadata.id)
    ended, (child,) = step(path, "improve", basic)
    assert ended.error is None
    first, second = tree(path, metadata)
    assert (first.instruction.id, second.instruction.id) == (basic, child)
    assert (second.instruction.parent, second.instruction.iteration, second.draft) == (basic, 2, True)
    with Store.open(path) as store:
        config = store.settings.config()
        assert second.instruction.action in store.lineages.rubrics(metadata.revision, config.id).actions
        (ratings,) = store.studio.ratings(child, config.id)
        assert len(ratings.scores) == 4
        assert store.funnel(config.id, 3, 4).instructions == 0
    ended, (pair,) = step(path, "score", child)
    assert ended.error is None
    with Store.open(path) as store:
        assert store.pairs.get(pair, 3, 4).instruction_id == child
        assert store.funnel(config.id, 3, 4).instructions == 2


def test_a_basic_instruction_is_the_one_that_a_run_would_make(ready, endpoint):
    path, metadata = ready
    _, (basic,) = step(path, "basic", metadata.id)
    sent = [body for body in endpoint.requests if "instruction" in json.dumps(body.get("response_format"))]
    run(path, Order(), quiet, quiet)
    again = [body for body in endpoint.requests if "instruction" in json.dumps(body.get("response_format"))]
    assert sent[0] == again[0]
    assert [b.instruction.id for b in tree(path, metadata) if b.instruction.parent is None] == [basic]
    assert again.count(sent[0]) == 1


def test_beyond_those_a_run_wants_it_is_the_next_of_these_labels_and_goes_on_once_kept(ready, endpoint):
    path, metadata = ready
    run(path, Order(), quiet, quiet)
    _, (mine,) = step(path, "basic", metadata.id)
    with Store.open(path) as store:
        config, dials = store.settings.config().id, store.settings.dials()
        store.studio.keep(mine, config)
        assert store.funnel(config, 3, 4).pending == 1
    assert run(path, Order(), quiet, quiet).calls_sent > 0
    with Store.open(path) as store:
        assert store.funnel(config, 3, 4).pending == 0
        assert store.lineages.unfinished(config, dials, DEFAULT_STAGES) == []
        store.metadata.revise(metadata.id, Labels("cooking", ("planning",)))
        metadata = store.metadata.get(metadata.id)
    _, (anew,) = step(path, "basic", metadata.id)
    sent = endpoint.requests[-1]
    assert next(each.instruction for each in tree(path, metadata) if each.instruction.id == anew).sample == 0
    run(path, Order(), quiet, quiet)
    assert endpoint.requests.count(sent) == 1


def test_the_same_action_again_makes_another_branch(ready):
    path, metadata = ready
    _, (basic,) = step(path, "basic", metadata.id)
    made = {step(path, "improve", basic, "Say how much it may cost")[1][0] for _ in range(2)}
    assert len(made) == 2


def test_a_run_goes_on_from_what_was_kept_and_pays_nothing_twice(ready, endpoint):
    path, metadata = ready
    _, (basic,) = step(path, "basic", metadata.id)
    _, (child,) = step(path, "improve", basic, "Say how much it may cost")
    with Store.open(path) as store:
        store.studio.keep(child, store.settings.config().id)
    outcome = run(path, Order(dials={"theta": 9.0}), quiet, quiet)
    assert outcome.error is None
    nodes = {branch.instruction.id: branch for branch in tree(path, metadata)}
    assert nodes[child].gap is not None
    assert any(branch.instruction.parent == child for branch in nodes.values())
    bodies = [json.dumps(body, sort_keys=True) for body in endpoint.requests]
    assert len(bodies) == len(set(bodies))
    with Store.open(path) as store:
        config, dials = store.settings.config().id, store.settings.dials()
        assert store.lineages.unfinished(config, dials, DEFAULT_STAGES) == []
    assert run(path, Order(), quiet, quiet).calls_sent == 0


def test_rubrics_are_made_anew_and_those_of_a_person_go_into_a_run(ready):
    path, metadata = ready
    step(path, "rubrics", metadata.id)
    step(path, "rubrics", metadata.id)
    with Store.open(path) as store:
        config = store.settings.config().id
        known = store.lineages.rubric_sets(metadata.revision, config)
        assert [each.sample for each in known] == [1, 0]
        assert known[0].actions != known[1].actions
        mine = rubric_set(known, metadata.revision, config, [("How far", "Go further"), (" ", "")])
        assert (mine.sample, mine.actions) == (2, ("Go further",))
        store.lineages.add_rubrics(mine)
    run(path, Order(dials={"theta": 9.0}), quiet, quiet)
    actions = {branch.instruction.action for branch in tree(path, metadata)}
    assert actions == {None, "Go further"}
    with pytest.raises(UsageError, match="its action"):
        rubric_set(known, metadata.revision, config, [("How far", "")])


def test_an_improvement_that_changes_nothing_fails_and_nothing_is_judged(ready, endpoint):
    path, metadata = ready
    _, (basic,) = step(path, "basic", metadata.id)
    text = tree(path, metadata)[0].instruction.text

    def stubborn(body):
        return json.dumps({"instruction": text}) if "Say how" in json.dumps(body) else loop_reply(body)

    endpoint.reply = stubborn
    before = len(endpoint.requests)
    ended, made = step(path, "improve", basic, "Say how much it may cost")
    assert made == []
    assert "is the one that was given" in str(ended.error)
    asked = [json.dumps(body) for body in endpoint.requests[before:]]
    assert sum("Say how" in body for body in asked) >= 2
    assert not any("score_1" in body for body in asked)
    assert len(tree(path, metadata)) == 1


def test_one_step_at_a_time_but_beside_a_run(ready):
    path, metadata = ready
    with hold(path, STEP), pytest.raises(BusyError, match="step"):
        step(path, "basic", metadata.id)
    with hold(path, "run"):
        assert step(path, "basic", metadata.id)[0].error is None


def test_a_step_while_a_run_writes(ready, endpoint, order):
    path, metadata = ready
    with Store.open(path) as store:
        store.metadata.add([Metadata("manual", Labels(f"use {n}")) for n in range(12)])
    endpoint.latency = 0.02
    running = threading.Thread(target=run, args=(path, Order(), quiet, quiet))
    running.start()
    ended, (basic,) = step(path, "basic", metadata.id)
    running.join()
    assert ended.error is None
    assert basic in {branch.instruction.id for branch in tree(path, metadata)}


def test_an_edit_by_hand_has_its_own_path(ready):
    path, metadata = ready
    _, (basic,) = step(path, "basic", metadata.id)
    node = edited(tree(path, metadata)[0].instruction, "Written anew")
    assert (node.parent, node.iteration, node.origin, node.action) == (basic, 1, "edited", None)


def test_edited_prompts_are_part_of_the_config(ready):
    path, _ = ready
    with Store.open(path) as store:
        before = store.settings.config()
        text = default_templates("standard")["decode"].replace("=== user", "=== user\nBe bold.", 1)
        store.settings.set(TEMPLATES, {"standard": {"decode": text}, "small": {"decode": "no template"}})
    run(path, Order(), quiet, quiet)
    with Store.open(path) as store:
        assert store.settings.config().templates == {**before.templates, "decode": text}
        assert store.settings.config().id != before.id
        store.settings.set(TEMPLATES, {"standard": {"decode": "nothing to fill in"}})
    with pytest.raises(UsageError, match="template decode"):
        run(path, Order(), quiet, quiet)


def test_drafts_leave_the_results_that_are_shown_and_a_pair_brings_its_own(ready, endpoint):
    path, metadata = ready
    with Store.open(path) as store:
        before = store.settings.config()
        store.settings.set_endpoint("target", Endpoint(url=endpoint.url, model="other"))
    _, (basic,) = step(path, "basic", metadata.id)
    step(path, "rate", basic)
    endpoint.quota = len(endpoint.requests)
    assert step(path, "score", basic)[0].error is not None
    with Store.open(path) as store:
        assert store.settings.config() == before
    endpoint.quota, said = None, []
    _, (pair,) = take(path, Wish("score", basic), said.append, quiet)
    assert any("once it is scored" in line for line in said)
    with Store.open(path) as store:
        assert store.settings.config().models["target"] == "other"
        assert store.pairs.get(pair, 3, 4)


def test_the_command(ready, capsys):
    path, metadata = ready
    assert main(["--project", str(path), "step", "basic", metadata.id, "--json", "--quiet"]) == 0
    (basic,) = json.loads(capsys.readouterr().out)["made"]
    assert main(["--project", str(path), "step", "improve", basic, "--quiet"]) == 0
    assert main(["--project", str(path), "step", "rate", "none", "--quiet"]) == 2
