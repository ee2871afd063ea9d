"""Exports of a whole project: what lands where, what is counted, and that the same comes out twice."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from exporting import CLOSE, bundle, seed

from codeclm import export
from codeclm.errors import UsageError
from codeclm.export import Options, apart
from codeclm.export.formats import FORMATS, format_of
from codeclm.llm.model import Call, Reply, Request
from codeclm.records import IMPORTED, Answer, Comparison, Decision, Instruction, Labels, Message, Scores
from codeclm.settings import Config, Sampling
from codeclm.store import Store


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "p.db", create=True) as opened:
        yield opened


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def prompts(path):
    return [row["messages"][-2]["content"] for row in lines(path)]


STRONG = "big|`x`\n"


def use_config(store):
    config = Config(
        models={"strong": STRONG, "target": "small"}, sampling={}, templates={"encode": "Say what."}
    )
    return store.settings.use_config(config)


def test_a_folder_less_file_of_the_kept_pairs(store, tmp_path):
    bundle(store, "Kept")
    bundle(store, "Close", CLOSE)
    bundle(store, "Target wins", ((2, 8), (2, 8)))
    bundle(store, "Cut", ((1, 9), (1, 9)), cut=True)
    rejected = bundle(store, "Rejected")
    store.decisions.decide(Decision(rejected, "reject"))
    done = export.write(store, tmp_path / "out.jsonl", Options())
    assert done.as_dict() == {
        "rows": 2,
        "files": [str(tmp_path / "out.jsonl")],
        "dropped": {"pending": 1, "rejected": 1, "truncated": 1},
    }
    answers = {
        row["messages"][0]["content"]: row["messages"][1]["content"] for row in lines(tmp_path / "out.jsonl")
    }
    assert answers == {"Kept": "Good: Kept", "Target wins": "Bad: Target wins"}
    assert export.tally(store, Options()) == export.Exported(2, [], done.dropped, done.of_target)


def test_theta_only_views(store, tmp_path):
    bundle(store, "Close", CLOSE)
    assert export.write(store, tmp_path / "a", Options(theta=0.5)).rows == 1
    assert export.write(store, tmp_path / "b", Options(theta=1)).rows == 0


@pytest.mark.parametrize("form", [name for name in FORMATS if format_of(name).suffix == "jsonl"])
def test_rows_are_joined_with_their_provenance_by_id(store, tmp_path, form):
    names = {bundle(store, "One"), bundle(store, "Two")}
    export.write(store, tmp_path / "plain", Options(form))
    options = Options(form, ids=True, provenance=True)
    export.write(store, tmp_path / "out", options)
    rows = lines(tmp_path / "out")
    assert [row["id"] for row in rows] == [row["id"] for row in lines(tmp_path / "out.provenance.jsonl")]
    assert {row["id"] for row in rows} == names
    assert [{name: row[name] for name in row if name != "id"} for row in rows] == lines(tmp_path / "plain")
    assert export.preview(store, options) == (tmp_path / "out").read_text("utf-8").splitlines()


@pytest.mark.parametrize("form", ["messages", "csv", "parquet", "hub"])
def test_of_no_rows_no_file_is_made_and_an_older_one_stays(store, tmp_path, form):
    bundle(store, "Close", CLOSE)
    place = tmp_path / "exports"
    for out, split in ((place / "one", None), (place / "two", 0.5)):
        none = Options(form, theta=1, split=split, provenance=True)
        assert export.write(store, out, none) == export.Exported(0, [], {"pending": 1})
        assert not list(place.iterdir())
        files = export.write(store, out, Options(form, theta=0.5, split=split, provenance=True)).files
        before = {path: Path(path).read_bytes() for path in files}
        assert export.write(store, out, none).files == []
        assert {path: Path(path).read_bytes() for path in files} == before
        shutil.rmtree(place)


def test_accepted_and_all(store, tmp_path):
    bundle(store, "Kept")
    close = bundle(store, "Close", CLOSE)
    store.decisions.decide(Decision(close, "accept"))
    counts = {}
    for include in ("kept", "accepted", "all"):
        done = export.write(store, tmp_path / include, Options(include=include))
        counts[include] = (sorted(prompts(tmp_path / include)), done.dropped)
    assert counts == {
        "kept": (["Kept"], {"pending": 1}),
        "accepted": (["Close"], {"undecided": 1}),
        "all": (["Close", "Kept"], {}),
    }


def test_stale_pairs_go_in_only_where_they_are_asked_for(store, tmp_path):
    bundle(store, "Old", labels=Labels("travel", ("planning",)))
    (metadata,) = store.metadata.page()
    store.metadata.revise(metadata.id, Labels("travel", ("budgets",)))
    assert export.write(store, tmp_path / "a", Options()).dropped == {"stale": 1}
    done = export.write(store, tmp_path / "b", Options(stale=True))
    assert (done.rows, done.dropped) == (1, {})
    assert export.tally(store, Options(stale=True)).rows == 1


def test_edits_are_applied(store, tmp_path):
    pair = bundle(store, "Original")
    store.decisions.decide(Decision(pair, "accept", instruction="Better", response="Best"))
    export.write(store, tmp_path / "m", Options())
    assert lines(tmp_path / "m") == [
        {"messages": [{"role": "user", "content": "Better"}, {"role": "assistant", "content": "Best"}]}
    ]
    assert export.write(store, tmp_path / "d", Options("dpo")).dropped == {"unscored": 1}
    store.decisions.undo()
    assert export.write(store, tmp_path / "d", Options("dpo")).rows == 1


def test_a_chat_seed_lends_its_system_prompt(store, tmp_path):
    bundle(store, "With", seed=seed(1, "Be brief."), labels=Labels("zoo"))
    bundle(store, "Without", seed=seed(2), labels=Labels("zoo"))
    export.write(store, tmp_path / "out", Options("dpo"))
    first, second = lines(tmp_path / "out")
    assert [turn["role"] for turn in first["prompt"]] == ["system", "user"]
    assert first["prompt"][0]["content"] == "Be brief."
    assert [turn["role"] for turn in second["prompt"]] == ["user"]
    assert (second["chosen"][0]["content"], second["rejected"][0]["content"]) == (
        "Good: Without",
        "Bad: Without",
    )


def grow(store, tmp_path, count):
    for number in range(count):
        bundle(store, f"First of {number}", seed=seed(number), labels=Labels("zoo"))
        bundle(store, f"Second of {number}", seed=seed(number), labels=Labels("zoo"))
        bundle(store, f"Alone {number}")


def test_a_split_parts_no_family_and_moves_nothing(store, tmp_path):
    grow(store, tmp_path, 12)
    export.write(store, tmp_path / "few", Options(split=0.4))
    before = {
        text: name for name in ("train", "test") for text in prompts(tmp_path / "few" / f"{name}.jsonl")
    }
    assert set(before.values()) == {"train", "test"}
    assert len(before) == 36
    assert all(before[f"First of {n}"] == before[f"Second of {n}"] for n in range(12))
    grow(store, tmp_path, 30)
    done = export.write(store, tmp_path / "few", Options(split=0.4))
    after = {text: name for name in ("train", "test") for text in prompts(tmp_path / "few" / f"{name}.jsonl")}
    assert done.rows == len(after) == 90
    assert {text: after[text] for text in before} == before
    names = ["train.jsonl", "test.jsonl", "dataset_info.json", "axolotl.yaml"]
    assert done.files == [str(tmp_path / "few" / name) for name in names]


def test_the_part_of_the_last_export_is_remembered(store):
    assert (apart.last(store), apart.seen(store, 0.5)) == (None, "")
    for options, share in ((Options(split=0.4), 0.4), (Options(format="hub"), 0.1), (Options(), 0.0)):
        apart.keep(store, options)
        assert apart.last(store) == share
        assert (apart.seen(store, share), bool(apart.seen(store, share + 0.01))) == ("", True)
    store.settings.set("exported_part", ["<b>"])
    assert apart.last(store) is None


def test_a_hub_folder(store, tmp_path):
    import yaml

    use_config(store)
    grow(store, tmp_path, 10)
    bundle(store, "Close", CLOSE)
    done = export.write(store, tmp_path / "hub", Options("hub", license="cc-by-4.0", provenance=True))
    readme = (tmp_path / "hub" / "README.md").read_text(encoding="utf-8")
    _, front, body = readme.split("---\n", 2)
    facts = yaml.safe_load(front)
    assert (facts["license"], facts["size_categories"]) == ("cc-by-4.0", ["n<1K"])
    files = {entry["split"]: tmp_path / "hub" / entry["path"] for entry in facts["configs"][0]["data_files"]}
    assert sum(pq.read_table(path).num_rows for path in files.values()) == done.rows == 30
    for wanted in (
        "| strong model | `big  x` |",
        "| threshold θ of the gap | 3 |",
        "| pending | 1 |",
        "CodecLM Studio",
    ):
        assert wanted in body
    assert store.settings.config().id in body
    assert str(tmp_path) not in readme
    assert len(lines(tmp_path / "hub" / "provenance.jsonl")) == 30


def test_before_the_first_run_a_card_says_imported(store, tmp_path):
    bundle(store, "Kept")
    export.write(store, tmp_path / "hub", Options("hub", split=0.5))
    readme = (tmp_path / "hub" / "README.md").read_text(encoding="utf-8")
    assert 'license: "unknown"' in readme
    assert "| config | imported |" in readme
    assert "| nothing | 0 |" in readme


def reply(store, stage, record, key, error="", model=STRONG):
    request = Request("strong", stage, record, model, (Message("user", key),), Sampling())
    store.calls.put(Call(request, None if error else Reply("ok", "ok"), error))
    return request.key


def test_provenance_leads_from_the_row_to_every_call(store, tmp_path):
    config = use_config(store)
    bundle(store, "Root", CLOSE, seed=seed(1, "Be brief."), labels=Labels("zoo", ("fish",)))
    metadata = store.metadata.page()[0]
    root = store.lineages.of_metadata(metadata.id, config)[0]
    node = Instruction(
        metadata.id, metadata.revision, "Harder", parent=root.id, action="Add a limit.", iteration=2
    )
    with store.write():
        store.lineages.add_instruction(node, config)
        both = [Answer(node.id, role, config, role, model="m") for role in ("strong", "target")]
        for answer in both:
            store.lineages.add_answer(answer)
        scores = Scores(9, 1, "Clear."), Scores(7, 1, "Clear too.")
        store.lineages.add_comparison(Comparison(node.id, both[0].id, both[1].id, config, *scores))
    keys = [reply(store, "encode", metadata.seed, "1"), reply(store, "judge", node.id, "strong, target")]
    reply(store, "judge", node.id, "3", error="timed out")
    reply(store, "decode", metadata.id, "4")
    reply(store, "judge", node.id, "5", model="the judge of another config")
    reply(store, "judge", node.id, "strong, and what another model said")
    reply(store, "rubrics", node.id, "6")
    pair = store.pairs.page(config, 3, 4)[-1]
    store.decisions.decide(Decision(pair.id, "accept", "Ann", reasons=("fine",)))
    done = export.write(store, tmp_path / "out.jsonl", Options(provenance=True))
    assert done.files[1] == str(tmp_path / "out.jsonl.provenance.jsonl")
    (record,) = lines(tmp_path / "out.jsonl.provenance.jsonl")
    assert record["id"] == pair.id
    assert (record["seed"]["source"], record["seed"]["row"]) == ("fish.jsonl", 1)
    assert record["metadata"]["revisions"] == [{"use_case": "zoo", "skills": ["fish"], "author": ""}]
    assert [(step["text"], step["action"]) for step in record["lineage"]] == [
        ("Root", None),
        ("Harder", "Add a limit."),
    ]
    assert [answer["text"] for answer in record["answers"]] == ["strong", "target"]
    assert record["scores"]["strong_first"] == {"strong": 9, "target": 1, "rationale": "Clear."}
    assert record["scores"]["target_first"]["strong"] == 7
    assert [(decision["reviewer"], decision["verdict"]) for decision in record["decisions"]] == [
        ("Ann", "accept")
    ]
    assert [call["key"] for call in record["calls"]] == keys


def test_two_equal_projects_export_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        with Store.open(tmp_path / f"{name}.db", create=True) as store:
            use_config(store)
            grow(store, tmp_path, 8)
            for form in export.FORMATS:
                export.write(store, tmp_path / name / form, Options(form, split=0.3, provenance=True))
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert Counter(path.name for path in files)["train.jsonl"] == 5
    for path in files:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()


@pytest.mark.parametrize("form", export.FORMATS)
def test_a_preview_is_the_file(store, tmp_path, form):
    grow(store, tmp_path, 2)
    shown = export.preview(store, Options(form), 2)
    if form in ("parquet", "hub"):
        assert json.loads(shown[0])["messages"][0] == {"role": "user", "content": "First of 0"}
    else:
        export.write(store, tmp_path / "out", Options(form))
        assert (
            (tmp_path / "out")
            .read_text(encoding="utf-8-sig")
            .replace("\r\n", "\n")
            .startswith("\n".join(shown))
        )
    assert len(shown) == (3 if form == "csv" else 2)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (Options("word"), "no format is called word"),
        (Options(split=1.5), "not between 0 and 1"),
        (Options(split=float("nan")), "not between 0 and 1"),
        (Options(include="none"), "none of accepted, kept and all"),
        (Options(config="nope"), "the project has none called nope"),
    ],
)
def test_options_that_cannot_be(store, tmp_path, options, says):
    with pytest.raises(UsageError, match=says):
        export.write(store, tmp_path / "out", options)
    assert not (tmp_path / "out").exists()


def test_a_project_is_never_written_over(store, tmp_path):
    with pytest.raises(UsageError, match="project file"):
        export.write(store, tmp_path / "p.db", Options())


def test_imported_answers_show_under_a_config(store, tmp_path):
    bundle(store, "Kept")
    config = use_config(store)
    assert export.tally(store, Options()).rows == export.tally(store, Options(config=config)).rows == 1
    assert store.pairs.page(config, 3, 4)[0].comparison.config == IMPORTED


def test_what_was_imported_can_be_named(store, tmp_path):
    bundle(store, "Kept")
    use_config(store)
    done = export.write(store, tmp_path / "out.jsonl", Options(config=IMPORTED))
    assert done.rows == 1
