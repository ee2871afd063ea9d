"""An evaluation as a job: candidates, resuming, failures, budget, and what it leaves alone."""

import json
from dataclasses import replace
from itertools import count

import pytest

from codeclm.errors import ProjectError, UsageError
from codeclm.evaluate.report import report
from codeclm.jobs.candidates import Ask, Candidate
from codeclm.jobs.evaluate import evaluate
from codeclm.jobs.order import TEMPLATES, Order
from codeclm.records import Labels, Metadata
from codeclm.stages.profiles import default_templates
from codeclm.store import Given, Store
from codeclm.store.calls import Calls
from codeclm.testing import Faults, ScriptedEndpoint, loop_reply

PROMPTS = 8


@pytest.fixture
def prompts(tmp_path):
    path = tmp_path / "test.jsonl"
    rows = [{"prompt": f"Test number {at}?", "category": "ab"[at % 2]} for at in range(PROMPTS)]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.fixture
def ask(order, prompts):
    """A function: an evaluation of the prompts at the endpoint."""

    def make(*candidates, asked=None, **changes):
        whole = {"prompts": prompts, "order": asked or order()}
        if candidates:
            whole["candidates"] = candidates
        return Ask(**{**whole, **changes})

    return make


def do(project, asked):
    said = []
    return evaluate(project, asked, said.append, lambda line: None), said


def judged(endpoint):
    return sum("score_1" in json.dumps(body) for body in endpoint.requests)


def test_the_judge_goes_by_the_rules_of_the_project(project, ask, endpoint):
    path, rules = project(0), "Only rhymes count."
    before, _ = do(path, ask())
    judge = default_templates("standard")["judge"].replace("=== user", f"=== user\n{rules}", 1)
    with Store.open(path) as store:
        store.settings.set(TEMPLATES, {"standard": {"judge": judge, "decode": "=== user\n{labels}"}})
    endpoint.requests.clear()
    after, _ = do(path, ask())
    assert sum(rules in json.dumps(body) for body in endpoint.requests) == PROMPTS * 2
    assert after.report.evaluation.id != before.report.evaluation.id
    assert (before.report.edited, after.report.edited) == ([], ["judge"])
    with Store.open(path) as store:
        store.settings.set(TEMPLATES, {"standard": {"decode": "=== user\n{labels}"}})
    assert do(path, ask())[0].report.evaluation.id == before.report.evaluation.id


def test_nothing_more_is_paid_for_once_the_disk_is_full(project, ask, endpoint, tmp_path, monkeypatch):
    many = tmp_path / "many.jsonl"
    many.write_text("\n".join(json.dumps({"prompt": f"Test number {at}?"}) for at in range(150)))
    path, put, puts = project(0), Calls._put, count(1)

    def full(self, call, key):
        if next(puts) > 20:
            raise ProjectError("p.db: the disk is full")
        return put(self, call, key)

    monkeypatch.setattr(Calls, "_put", full)
    found, _ = do(path, ask(prompts=many))
    assert "disk is full" in str(found.ended.error)
    assert found.status == 1
    assert len(endpoint.requests) < 200
    monkeypatch.undo()
    found, _ = do(path, ask(prompts=many))
    assert (found.status, found.report.results[0].counts.total) == (0, 150)


def test_each_call_is_told_with_the_prompt_that_it_was_for(project, ask):
    path = project(2)
    do(path, ask())
    with Store.open(path) as store:
        records = [row.record for row in store.calls.rows(limit=200)]
        seed = store.seeds.ids()[0]
        words = store.calls.subjects([*records, seed])
        assert words.pop(seed) == store.seeds.get(seed).text
    assert words.keys() == set(records) - {"probe"}
    assert set(words.values()) == {f"Test number {at}?" for at in range(PROMPTS)}


def test_every_prompt_is_judged_in_both_orders(project, ask, endpoint):
    path = project(0)
    found, said = do(path, ask())
    assert found.status == 0, found.ended
    assert said == []
    result = found.report.results[0]
    assert result.counts.total == PROMPTS
    assert {name: counts.total for name, counts in result.groups.items()} == {"a": 4, "b": 4}
    assert result.one_order == 0
    assert found.ended.calls_sent == len(endpoint.requests) >= PROMPTS * 4
    assert judged(endpoint) == PROMPTS * 2
    assert all(body["temperature"] == 0 for body in endpoint.requests if "score_1" in json.dumps(body))
    with Store.open(path) as store:
        why = store.evaluations.explained(found.report.evaluation.id, 1, 0)
        assert [each.rationale for each in why] == ["Scored by the marks."] * 2
        assert store.jobs.page(limit=1)[0].state == "done"
        assert store.settings.config() is None


def test_again_asks_nothing(project, ask, endpoint):
    path = project(0)
    first, _ = do(path, ask())
    endpoint.requests.clear()
    second, _ = do(path, ask())
    assert second.report == first.report
    assert endpoint.requests == []


def test_candidates_side_by_side_share_the_strong_answers(project, ask, endpoint):
    path = project(0)
    both = Candidate(), Candidate("tuned", model="small-tuned")
    found, _ = do(path, ask(*both))
    assert [result.name for result in found.report.results] == ["target", "tuned"]
    bodies = [(body["model"], json.dumps(body)) for body in endpoint.requests]
    asked = [model for model, text in bodies if "Test number" in text and "score_1" not in text]
    assert {name: asked.count(name) for name in ("strong", "target", "small-tuned")} == {
        "strong": PROMPTS,
        "target": PROMPTS,
        "small-tuned": PROMPTS,
    }
    (pair,) = found.report.compared
    assert (pair.first, pair.second, pair.prompts) == ("target", "tuned", PROMPTS)
    endpoint.requests.clear()
    alone, _ = do(path, ask(both[1]))
    assert endpoint.requests == []
    assert alone.report.results[0].outcomes == found.report.results[1].outcomes


def test_one_model_under_two_names_answers_twice(project, ask, endpoint):
    path = project(0)
    found, _ = do(path, ask(Candidate("before", model="same"), Candidate("after", model="same")))
    with Store.open(path) as store:
        room, name = store.evaluations, found.report.evaluation.id
        assert room.answers(name, 1) != room.answers(name, 2)
    with pytest.raises(UsageError, match="two candidates are called"):
        do(path, ask(Candidate(model="same"), Candidate(model="same")))


def test_answers_from_files_ask_the_judge_alone(project, ask, prompts, endpoint, tmp_path):
    strong, mine = tmp_path / "strong.jsonl", tmp_path / "mine.jsonl"
    strong.write_text("\n".join(json.dumps({"answer": f"(quality {8})"}) for _ in range(PROMPTS)))
    mine.write_text("\n".join(json.dumps({"answer": f"(quality {at})"}) for at in range(1, PROMPTS + 1)))
    found, said = do(project(0), ask(Candidate(kind="answers", path=mine), strong_answers=strong))
    assert (found.status, said) == (0, [])
    assert judged(endpoint) == PROMPTS * 2
    assert {body["model"] for body in endpoint.requests} == {"judge"}
    outcomes = found.report.results[0].outcomes
    assert outcomes[0] == "loss"
    assert set(outcomes.values()) <= {"loss", "tie", "win"}


def test_a_prompt_without_an_answer_is_told(project, ask, tmp_path):
    mine = tmp_path / "mine.jsonl"
    mine.write_text(json.dumps({"prompt": "Test number 3?", "answer": "Yes."}))
    found, _ = do(project(0), ask(Candidate(kind="answers", path=mine)))
    assert found.status == 3
    assert found.report.results[0].counts.total == 1
    assert len(found.report.missed) == PROMPTS - 1


def test_a_limit_takes_the_first_prompts_of_files_for_all(project, ask, tmp_path, endpoint):
    mine = tmp_path / "mine.jsonl"
    mine.write_text("\n".join(json.dumps({"answer": f"(quality {at})"}) for at in range(1, PROMPTS + 1)))
    found, _ = do(project(0), ask(Candidate(kind="answers", path=mine), strong_answers=mine, limit=3))
    assert (found.status, found.report.results[0].counts.total, found.rejected) == (0, 3, [])
    assert judged(endpoint) == 6


def test_a_retry_asks_no_model_for_what_a_file_lacks(project, ask, tmp_path, endpoint):
    lacking, path = tmp_path / "mine.jsonl", project(0)
    lacking.write_text(json.dumps({"prompt": "Test number 3?", "answer": "Yes."}))
    wanted = ask(Candidate(kind="answers", path=lacking), strong_answers=lacking)
    do(path, wanted)
    found, _ = do(path, replace(wanted, retry=True))
    assert found.report.results[0].counts.total == 1
    assert {body["model"] for body in endpoint.requests} == {"judge"}
    assert len(found.report.missed) == 2 * (PROMPTS - 1)


def test_a_retry_asks_the_judge_again_of_answers_from_files(project, ask, tmp_path):
    mine, path = tmp_path / "mine.jsonl", project(0)
    mine.write_text("\n".join(json.dumps({"answer": f"(quality {at})"}) for at in range(1, PROMPTS + 1)))
    with ScriptedEndpoint(reply=lambda body: "No.") as endpoint:
        roles = Order(urls={"judge": endpoint.url}, models={"judge": "judge"})
        asked = ask(Candidate(kind="answers", path=mine), strong_answers=mine, asked=roles)
        found, _ = do(path, asked)
        assert len(found.report.missed) == PROMPTS
        endpoint.reply = loop_reply
        found, _ = do(path, replace(asked, retry=True))
    assert (found.status, found.report.results[0].counts.total) == (0, PROMPTS)


def test_scores_ask_nobody(project, ask, endpoint, tmp_path):
    scores = tmp_path / "reviews.jsonl"
    pairs = [[9, 8]] * 4 + [[5, 5]] * 3 + [[4, 6]]
    scores.write_text("\n".join(json.dumps({"score": pair}) for pair in pairs))
    found, _ = do(project(0), ask(Candidate(kind="scores", path=scores)))
    counts = found.report.results[0].counts
    assert (counts.wins, counts.ties, counts.losses) == (1, 3, 4)
    assert found.report.results[0].one_order == PROMPTS
    assert endpoint.requests == []


def test_the_held_out_seeds_are_those_of_the_test_split(project, ask):
    path = project(40)
    with Store.open(path) as store:
        seeds = store.seeds.page(limit=None)
        store.metadata.add(Metadata("encoded", Labels("zoo"), seed=each.id) for each in seeds)
    found, _ = do(path, ask(prompts=None, holdout=0.25))
    from codeclm.export.families import in_test

    with Store.open(path) as store:
        asked = [each.text for each in store.evaluations.prompts(found.report.evaluation.id)]
    assert asked == [seed.text for seed in seeds if in_test(seed.id, 0.25)]
    assert list(found.report.results[0].groups) == ["zoo"]
    with pytest.raises(UsageError, match="falls into that share"):
        do(project(1, "one.db"), ask(prompts=None, holdout=0.001))
    with pytest.raises(UsageError, match="either a file of prompts or"):
        do(path, ask(prompts=None))


def test_a_budget_stops_it_and_the_next_goes_on(project, ask, order, endpoint):
    path = project(0)
    found, _ = do(path, ask(asked=order(max_calls=9, concurrency=2)))
    assert found.status == 4
    assert found.report.results[0].counts.total < PROMPTS
    sent = len(endpoint.requests)
    again, _ = do(path, ask())
    assert again.status == 0
    assert again.report.results[0].counts.total == PROMPTS
    whole = len(endpoint.requests)
    fresh, _ = do(project(0, "fresh.db"), ask())
    assert fresh.report.results[0].outcomes == again.report.results[0].outcomes
    assert sent < whole <= len(endpoint.requests) - PROMPTS * 4 + 3


def test_what_cannot_be_read_is_a_failure_until_it_is_retried(project, ask, prompts, order):
    path = project(0)
    with ScriptedEndpoint(faults=Faults(0.8, ("wrong_shape",), times=None)) as sick:
        asked = Order(
            urls=dict.fromkeys(("strong", "target", "judge"), sick.url),
            models={role: role for role in ("strong", "target", "judge")},
        )
        found, _ = do(path, ask(asked=asked))
        assert found.status == 3
        missed = found.report.missed
        assert missed
        assert {each.stage for each in missed} == {"judge"}
        assert all(each.raw for each in missed)
        sent = len(sick.requests)
        again, _ = do(path, ask(asked=asked))
        assert (len(sick.requests), again.status) == (sent, 3)
    healed, _ = do(path, ask(retry=True))
    assert healed.status == 0
    assert healed.report.results[0].counts.total == PROMPTS


def test_typed_roles_are_kept_only_where_there_are_none(project, ask, order, endpoint):
    path = project(0)
    do(path, ask())
    with Store.open(path) as store:
        assert store.settings.endpoints()["target"].model == "target"
    asked = order(models={"strong": "strong", "target": "tuned", "judge": "other"})
    found, _ = do(path, ask(asked=asked))
    assert found.report.results[0].name == "tuned"
    with Store.open(path) as store:
        assert store.settings.endpoints()["target"].model == "target"
        assert store.settings.endpoints()["judge"].model == "judge"


def test_a_judge_that_judges_itself_is_told(project, ask, order, endpoint):
    asked = order(models=dict.fromkeys(("strong", "judge"), "strong") | {"target": "target"})
    _, said = do(project(0), ask(asked=asked))
    assert [line for line in said if "judges its own" in line]


def test_a_report_of_nothing_is_empty(project):
    with Store.open(project(0)) as store:
        spec = {
            "strong": {"name": "s", "model": None}, "judge": None, "prompts": {},
            "candidates": [{"name": "c", "kind": "answers", "model": None}],
        }  # fmt: skip
        name = store.evaluations.add(spec, [])
        store.evaluations.add_answers(name, 1, [(0, Given("x"))])
        found = report(store, name)
    data = found.as_dict()
    assert (data["crr"], data["ci95"], data["groups"], data["failures"]) == (None, [0.0, 1.0], {}, [])
    assert data["candidates"][0]["mean_scores"] is None
