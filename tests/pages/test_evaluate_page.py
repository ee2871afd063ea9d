"""The Evaluate page: an empty project, results of every kind, hostile names, what is started."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import projects
from codeclm.export import Options, apart
from codeclm.jobs import process
from codeclm.jobs.candidates import Ask, Candidate
from codeclm.jobs.evaluate import evaluate
from codeclm.records import Seed
from codeclm.store import Store
from codeclm.store.connection import pack
from codeclm.ui.export import checks
from codeclm.ui.text import plain
from codeclm.ui.uploads import harmless, keep
from tests.export.exporting import bundle
from tests.pages import pairing

ROOT = Path(__file__).parent.parent.parent
HOSTILE = "![x](http://a.example/i.png) <b>:red[hi]</b>"


@pytest.fixture
def project(tmp_path):
    """A project with an evaluation of two files of scores, whose names and prompts are hostile."""
    made = projects.create("zoo")
    prompts, scores = tmp_path / "prompts.jsonl", tmp_path / "scores.jsonl"
    rows = [{"prompt": f"{HOSTILE} {at}", "category": HOSTILE if at else "plain"} for at in range(3)]
    prompts.write_text("\n".join(map(json.dumps, rows)))
    scores.write_text(
        "\n".join(json.dumps({"prompt": f"{HOSTILE} {at}", "score": [5, 5 + at]}) for at in (0, 1))
    )
    files = tuple(Candidate(name, "scores", path=scores) for name in (HOSTILE, "other"))
    evaluate(made.path, Ask(prompts=prompts, candidates=files), print, lambda line: None)
    return made


def page(project, **parameters):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"project": project.name, **parameters}.items():
        test.query_params[name] = value
    return test.switch_page("pages/8_Evaluate.py").run()


def well(test):
    assert not test.exception
    assert [error.value for error in test.error] == []
    return test


def test_prompts_of_the_project_s_own_are_told_with_the_figures(project):
    assert not any("as edited" in each.value for each in well(page(project)).caption)
    with project.open() as store:
        one = store.evaluations.recent(1)[0]
        store._db.execute(
            "update evaluations set spec = json_set(spec, '$.edited', json_array('judge')) where id = ?",
            [pack(one.id)],
        )
    test = well(page(project))
    assert any("Asked with “Judge: score two answers” as edited" in each.value for each in test.caption)
    assert "edited prompts" in test.selectbox(key="evaluate_shown").options[0]


def test_groups_are_not_missed_before_anything_is_compared():
    def draw():
        from types import SimpleNamespace

        from codeclm.ui.evaluate.results import groups

        groups(SimpleNamespace(results=[SimpleNamespace(groups={})]))

    (said,) = AppTest.from_function(draw, default_timeout=60).run().caption
    assert said.value == "Groups are told once something is compared."


def test_without_prompts_nothing_can_be_started():
    test = well(page(projects.create("new")))
    assert test.button(key="evaluate_start").disabled
    assert "No prompts yet: give a file and the column that holds them." in [
        each.value for each in test.caption
    ]


@pytest.mark.parametrize("view", ["Groups", "Candidates", "Yardstick", "Judge", "Prompts", "Distribution"])
def test_every_view_of_results(project, view):
    test = well(page(project, evaluate_view=view))
    assert [metric.value for metric in test.metric] == ["100.00 %", "100.00 %"]
    shown = [each.value for each in (*test.markdown, *test.caption)]
    assert not any("![x](" in text or ":red[" in text or "<b>" in text for text in shown)


def test_a_new_evaluation_is_looked_at_and_an_older_one_when_chosen(project, tmp_path):
    test = well(page(project))
    older = test.selectbox(key="evaluate_shown").value
    files = (Candidate("third", "scores", path=tmp_path / "scores.jsonl"),)
    evaluate(project.path, Ask(prompts=tmp_path / "prompts.jsonl", candidates=files), print, print)
    assert well(test.run()).selectbox(key="evaluate_shown").value != older
    assert well(test.selectbox(key="evaluate_shown").select(older).run()).metric.len == 2
    assert well(test.run()).selectbox(key="evaluate_shown").value == older


def test_an_evaluation_is_forgotten(project):
    test = page(project)
    well(test.button(key="evaluate_forget").click().run())
    with Store.open(project.path) as store:
        assert store.evaluations.recent() == []


def test_held_out_seeds_start_a_job_of_its_own(monkeypatch):
    made = projects.create("seeds")
    with made.open() as store:
        store.seeds.add(Seed(f"Explain thing {number}.") for number in range(30))
    started = []
    monkeypatch.setattr(process, "start", lambda path, kind, words, _: started.append((kind, words)))
    test = page(made)
    test.session_state["eval_prompts"] = "Held-out seeds"
    test = well(test.run())
    test = test.button(key="evaluate_start").click().run()
    assert not test.exception
    assert started == [("evaluate", ["--holdout", "0.1", "--with-target"])]


SPENT = "the budget of 5 calls is used up; run again to go on"


def test_a_limit_that_was_reached_is_told_calmly_and_a_failure_as_one(project):
    def ended(state):
        with Store.open(project.path) as store:
            store.jobs.finish(store.jobs.start("evaluate", {}, 1), state, SPENT)
        return page(project)

    test = well(ended("budget"))
    (said,) = [each.value for each in test.info if "5 calls" in each.value]
    assert said == (
        "The last evaluation reached its limit: the budget of 5 calls is used up. "
        "What was answered is kept: start the same again to go on."
    )
    assert [each.value for each in ended("failed").error] == [SPENT]


def test_an_upload_is_kept_under_a_harmless_name(tmp_path):
    assert harmless("../../etc/pass wd.jsonl") == "pass-wd.jsonl"
    assert harmless("..\\x.CSV") == "x.csv"
    assert harmless("---.j s") == "file.js"
    assert harmless("") == "file.txt"
    path = keep("../a b.jsonl", b"{}")
    assert path.read_bytes() == b"{}"
    assert path.parent.parent == tmp_path / ".uploads"
    assert keep("../a b.jsonl", b"{}") == path


def test_the_export_page_leaves_near_duplicates_out():
    made = projects.create("near")
    base = "Plan a three-day walking trip through the hills for a family with two small "
    with made.open() as store:
        for text in (base + "children", base + "dogs", "Explain how glass is blown"):
            bundle(store, text)
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.query_params["project"] = made.name
    test = well(test.switch_page("pages/7_Export.py").run())
    assert test.metric[0].value == "3"
    test.session_state["export_dedup"] = "ngram"
    test = well(test.run())
    assert [metric.value for metric in test.metric[:2]] == ["2", "1"]
    assert any("a better row says nearly the same" in each.value for each in test.markdown)
    test.session_state["export_dedup"] = "embedding"
    test = well(test.run())
    assert test.metric[0].value == "3"
    assert any("have no embedding yet" in each.value for each in test.caption)


def test_vectors_are_made_of_the_rows_that_are_compared(monkeypatch):
    asked, walked = [], []
    rows_of = checks.rows_of
    monkeypatch.setattr(checks, "embedded", lambda *given: asked.append(given))
    monkeypatch.setattr(checks, "rows_of", lambda *given: walked.append(given) or rows_of(*given))
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.query_params.update({"project": pairing.project("mine").name, "export_stale": "true"})
    test.switch_page("pages/7_Export.py")
    test.session_state["export_dedup"] = "embedding"
    well(test.run())
    (words,) = {given[3] for given in asked}
    assert "--stale" in words
    everything = asked[-1][1]
    test.text_input(key="export_search").set_value(everything[0]).run()
    assert asked[-1][1] == everything  # the job knows no filter
    assert len(walked) == 2, "once as they are narrowed, and all of them were read before"
    test.slider(key="export_dedup_at_embedding").set_value(0.5).run()
    assert len(walked) == 2, "nothing has changed"


def test_a_judge_whose_verdict_turns_with_the_order_is_told_beside_the_figure(tmp_path):
    made = projects.create("turning")
    prompts, scores = tmp_path / "prompts.jsonl", tmp_path / "scores.jsonl"
    prompts.write_text("\n".join(json.dumps({"prompt": f"p{at}"}) for at in range(40)))
    order = {"strong_score_1": 8, "target_score_1": 2, "strong_score_2": 2, "target_score_2": 8}
    scores.write_text("\n".join(json.dumps({"prompt": f"p{at}", **order}) for at in range(40)))
    files = (Candidate("tuned", "scores", path=scores),)
    evaluate(made.path, Ask(prompts=prompts, candidates=files), print, lambda line: None)
    test = well(page(made, evaluate_part="Results"))
    assert any("The verdict turns with the order in 100.00 %" in each.value for each in test.caption)


def test_files_are_tried_on_the_prompts_before_anything_is_started():
    def given(key, name, *rows):
        return test.file_uploader(key=key).set_value((name, "\n".join(map(json.dumps, rows)).encode(), ""))

    test = well(page(projects.create("tried")))
    given("eval_file", "prompts.jsonl", *({"prompt": f"p{at}"} for at in range(4))).run()
    test.toggle(key="eval_target").set_value(False).run()
    some = [{"prompt": f"p{at}", "answer": "so"} for at in (0, 1, 9)]
    well(given("eval_answers", "tuned.jsonl", *some).run())
    told = "\n".join(each.value for each in test.markdown)
    assert r"tuned\.jsonl: 2 of 4 prompts" in told
    assert "1 row unused" in told
    assert not test.button(key="evaluate_start").disabled
    given("eval_answers", "tuned.jsonl", {"prompt": "p0", "note": "no answer"}).run()
    assert not test.exception
    assert ["no column “answer”" in error.value for error in test.error] == [True]
    assert test.button(key="evaluate_start").disabled
    test.file_uploader(key="eval_answers").set_value([]).run()
    given("eval_scores", "judged.jsonl", {"prompt": "p0", "score": "x"}).run()
    assert ["not a pair of scores" in error.value for error in test.error] == [True]
    well(given("eval_scores", "judged.jsonl", {"prompt": "p0", "score": [1, 2]}).run())
    assert "no answer of the project's strong model plays a part" in "\n".join(c.value for c in test.caption)


def test_a_column_may_be_called_as_an_option_or_as_no_command_can_say(monkeypatch):
    started = []
    monkeypatch.setattr(process, "start", lambda path, kind, words, _: started.append(words))
    test = well(page(projects.create("named")))
    row = json.dumps({"-prompt-": "What is rain?", "a\0b": "y", "\ud800": "z", "x": "y"}).encode()
    test.file_uploader(key="eval_file").set_value(("asked.jsonl", row, "")).run()
    (column,) = [each for each in well(test).selectbox if each.label == "Column with the prompt"]
    assert column.options == ["-prompt-", "x"]
    column.set_value("-prompt-").run()
    well(test.button(key="evaluate_start").click().run())
    assert "--field=-prompt-" in started[0]


def test_what_nobody_foresaw_at_a_press_is_told_in_one_line_above_the_page(monkeypatch):
    def broken(*_):
        raise RuntimeError("secret")

    test, _ = held_out(monkeypatch, start=broken)
    test.segmented_control(key="eval_prompts").set_value("Held-out seeds").run()
    test.button(key="evaluate_start").click().run()
    assert not test.exception
    (said,) = [each.value for each in test.error]
    assert "Something unforeseen went wrong \\(RuntimeError\\)" in said
    assert "secret" not in said
    assert "RuntimeError: secret" in (projects.folder() / "pages.log").read_text("utf-8")
    assert test.button(key="evaluate_start")


def test_what_was_given_stays_given_after_a_look_at_another_page(monkeypatch):
    started = []
    monkeypatch.setattr(process, "start", lambda path, kind, words, _: started.append(words))
    made = projects.create("kept")
    test = well(page(made))
    test.file_uploader(key="eval_file").set_value(("asked.jsonl", b'{"prompt": "p0"}', "")).run()
    rows = [{"Name": "before", "Model": "base"}, {"Model": "tuned"}]
    test.session_state["eval_models_given"] = rows  # as the table leaves them: no test can type into one
    test.switch_page("pages/9_Models.py").run()
    test.switch_page("pages/8_Evaluate.py").run()
    assert list(test.session_state["eval_models_begun"]) == rows
    (name,) = [each.label for each in test.button if each.label.startswith("asked")]
    assert name == r"asked\.jsonl"
    well(test.button(key="evaluate_start").click().run())
    assert [word for word in started[0] if word.startswith("--c")] == [
        "--candidate=before=base",
        "--candidate=tuned",
    ]
    assert started[0][0].endswith("asked.jsonl")


def test_a_file_that_is_taken_out_is_gone():
    test = well(page(projects.create("kept")))
    test.file_uploader(key="eval_file").set_value(("asked.jsonl", b'{"prompt": "p0"}', "")).run()
    test.file_uploader(key="eval_file").set_value(None).run()
    assert test.button(key="evaluate_start").disabled
    test.file_uploader(key="eval_answers").set_value(
        [("a.jsonl", b'{"prompt": "p0", "answer": "x"}', "")]
    ).run()
    test.switch_page("pages/9_Models.py").run()
    test.switch_page("pages/8_Evaluate.py").run()
    (out,) = [each for each in test.button if each.label == r"a\.jsonl"]
    out.click().run()
    assert not [each for each in test.button if each.label == r"a\.jsonl"]


def held_out(monkeypatch, start=None):
    made = projects.create("seeds")
    with made.open() as store:
        store.seeds.add(Seed(f"Explain thing {number}.") for number in range(30))
    started = []
    start = start or (lambda path, kind, words, _: started.append(words))
    monkeypatch.setattr(process, "start", start)
    return page(made), started


def test_limits_and_candidates_of_an_evaluation_outlive_a_look_at_the_models(monkeypatch):
    test, started = held_out(monkeypatch)
    test.segmented_control(key="eval_prompts").set_value("Held-out seeds").run()
    test.slider(key="eval_share").set_value(50)
    test.toggle(key="eval_target").set_value(False)
    test.number_input(key="eval_limit").set_value(5)
    test.number_input(key="eval_calls").set_value(50).run()
    test.switch_page("pages/9_Models.py").run()
    test.switch_page("pages/8_Evaluate.py").run()
    well(test)
    assert not test.toggle(key="eval_target").value
    test.toggle(key="eval_target").set_value(True).run()
    test.button(key="evaluate_start").click().run()
    assert started == [["--holdout", "0.5", "--with-target", "--limit", "5", "--max-calls", "50"]]


def test_an_evaluation_begins_with_the_limits_just_typed(monkeypatch):
    test, started = held_out(monkeypatch)
    test.segmented_control(key="eval_prompts").set_value("Held-out seeds").run()
    test.toggle(key="eval_target").set_value(False)
    test.button(key="evaluate_start").click().run()
    assert [each.value for each in test.error] == [plain("Choose at least one candidate.")]
    test.toggle(key="eval_target").set_value(True).run()
    test.slider(key="eval_share").set_value(10)
    test.number_input(key="eval_limit").set_value(2)
    test.number_input(key="eval_calls").set_value(9)
    test.button(key="evaluate_start").click().run()
    assert started == [["--holdout", "0.1", "--with-target", "--limit", "2", "--max-calls", "9"]]


def test_held_out_seeds_are_those_that_the_last_export_kept_apart(monkeypatch):
    test, started = held_out(monkeypatch)
    made = projects.find("seeds")
    with made.open() as store:
        apart.keep(store, Options(split=0.3))
    test.segmented_control(key="eval_prompts").set_value("Held-out seeds").run()
    assert test.slider(key="eval_share").value == 30
    warnings = [each.value for each in test.warning]
    test.slider(key="eval_share").set_value(40).run()
    assert "kept only 30 % of the seeds apart" in " ".join(each.value for each in test.warning)
    test.button(key="eval_as_exported").click().run()
    assert test.slider(key="eval_share").value == 30
    assert [each.value for each in test.warning] == warnings
    with made.open() as store:
        apart.keep(store, Options())
    test.run()
    assert "kept no test part apart" in " ".join(each.value for each in well(test).warning)
    assert not [each for each in test.button if each.key == "eval_as_exported"]
    test.button(key="evaluate_start").click().run()
    assert started == [["--holdout", "0.3", "--with-target"]]
