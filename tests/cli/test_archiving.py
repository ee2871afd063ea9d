"""`archive` and `restore`: nothing is lost, and what is damaged is told."""

import json

import pytest

from codeclm.cli import main
from codeclm.errors import InputError, ProjectError
from codeclm.store import Store, archive


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def linked(path):
    """The same file, elsewhere, with a link to it in its place."""
    path.symlink_to(path.rename(path.with_name(f"{path.name}.elsewhere")))


@pytest.fixture
def ran(codeclm, endpoint, seeds, roles, tmp_path):
    """A project after a run, decisions with an undo, an edit and an evaluation."""
    codeclm("import", seeds(6))
    codeclm("run", *roles(endpoint))
    first, second = (each["id"] for each in codeclm("pairs")[1]["pairs"][:2])
    codeclm("decide", first, "accept", "--response", "Better — 好.", "--reviewer", "Ada")
    codeclm("decide", second, "accept", "--instruction", "Another way.", "--reviewer", "Ada")
    codeclm("decide", first, "reject", "--reason", "dull", "--reviewer", "Ada")
    codeclm("undo", "--reviewer", "Ada")
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text(json.dumps({"prompt": "Why?"}))
    codeclm("evaluate", prompts, *roles(endpoint))


@pytest.fixture
def archived(codeclm, ran, tmp_path):
    assert codeclm("archive", tmp_path / "archive")[0] == 0
    return tmp_path / "archive"


def test_a_project_comes_back_whole(codeclm, archived, tmp_path, endpoint, roles):
    back = ("--project", tmp_path / "back.db")
    status, data, err = codeclm("restore", archived, *back)
    assert status == 0, err
    assert data["rows"]["seeds"] == 6
    for words in (("status",), ("pairs",), ("evaluations",), ("failures",)):
        assert codeclm(*words, *back)[1] == codeclm(*words)[1], words
    for form in ("messages", "csv"):
        for name, more in (("here", ()), ("there", back)):
            codeclm("export", tmp_path / name, "--format", form, "--include", "all", "--provenance", *more)
        assert (tmp_path / "here").read_bytes() == (tmp_path / "there").read_bytes()
        beside = [(tmp_path / f"{name}.provenance.jsonl").read_bytes() for name in ("here", "there")]
        assert beside[0] == beside[1]
    assert codeclm("redo", "--reviewer", "Ada", *back)[1]["decision"] == "reject"
    codeclm("redo", "--reviewer", "Ada")
    there, here = codeclm("run", *roles(endpoint), *back)[1], codeclm("run", *roles(endpoint))[1]
    assert {**there, "seconds": 0} == {**here, "seconds": 0}


def test_archive_of_the_restored_is_the_same(codeclm, archived, tmp_path):
    back = ("--project", tmp_path / "back.db")
    codeclm("restore", archived, *back)
    codeclm("archive", tmp_path / "again", *back)
    assert files(tmp_path / "again") == files(archived)


def test_without_calls_the_rest_is_there(codeclm, ran, tmp_path):
    codeclm("archive", tmp_path / "lean", "--no-calls")
    assert not (tmp_path / "lean" / "calls.jsonl").exists()
    back = ("--project", tmp_path / "back.db")
    codeclm("restore", tmp_path / "lean", *back)
    assert codeclm("status", *back)[1] == codeclm("status")[1]


def test_files_are_readable(archived):
    rows = [json.loads(line) for line in (archived / "answers.jsonl").read_text("utf-8").splitlines()]
    assert all("quality" in row["text"] for row in rows)
    calls = [json.loads(line) for line in (archived / "calls.jsonl").read_text("utf-8").splitlines()]
    assert any("Explain thing number" in text for call in calls for text in call["messages"])


def test_an_archive_is_replaced_and_nothing_else(codeclm, archived, tmp_path):
    before = files(archived)
    assert codeclm("archive", archived)[0] == 0
    assert files(archived) == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert codeclm("archive", tmp_path / "mine")[0] == 2
    assert codeclm("archive", tmp_path / "mine" / "letter.txt")[0] == 2
    assert files(tmp_path / "mine") == {"letter.txt": b"dear"}


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "no archive"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "damaged"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "not that of a project"),
        (lambda folder: (folder / "seeds.jsonl").unlink(), "seeds.jsonl is missing"),
        (lambda folder: (folder / "seeds.jsonl").write_text("{"), "damaged"),
        (lambda folder: (folder / "seeds.jsonl").write_text("[]\n"), "no object"),
        (lambda folder: (folder / "seeds.jsonl").write_text('{"x": 1}\n'), "other columns"),
        (lambda folder: linked(folder / "seeds.jsonl"), "seeds.jsonl is missing"),
        (lambda folder: linked(folder / "manifest.json"), "is a link"),
        (lambda folder: (folder / "evil.jsonl").write_text("{}\n"), "no table"),
        (lambda folder: (folder / "decisions.jsonl").write_text(""), "manifest.json counts"),
        (lambda folder: (folder / "metadata.jsonl").write_text(""), "not in the project"),
    ],
)
def test_what_is_damaged_is_told_and_nothing_is_made(codeclm, archived, tmp_path, harm, said):
    harm(archived)
    status, _, err = codeclm("restore", archived, "--project", tmp_path / "back.db")
    assert (status, err.count("\n")) == (1, 1)
    if "counts" not in said and "not in the project" not in said:
        assert said in err
    assert not (tmp_path / "back.db").exists()
    assert not list(tmp_path.glob(".restore*"))


def test_a_project_that_is_there_is_left_alone(codeclm, archived, tmp_path):
    assert codeclm("restore", archived)[0] == 1
    assert codeclm("status")[1]["seeds"] == 6
    assert main(["--project", str(tmp_path / "b.db"), "restore", str(archived)]) == 0


def test_an_older_archive_is_brought_up(tmp_path):
    path = tmp_path / "old.db"
    seed = {"seq": 1, "id": {"hex": "00" * 10}, "deleted": 0, "text": "Hi", "messages": None}
    assert archive.restore(path, 9, {"seeds": [{**seed, "source": "", "row": 1}]}) == {"seeds": 1}
    with Store.open(path) as store:
        assert [each.text for each in store.seeds.page()] == ["Hi"]
    with pytest.raises(ProjectError, match="newer"):
        archive.restore(tmp_path / "new.db", 999, {})
    with pytest.raises(InputError, match="neither a value nor bytes"):
        archive.restore(tmp_path / "bad.db", 9, {"seeds": [{**seed, "source": [], "row": 1}]})


@pytest.mark.parametrize("more", ["index.html", None])
def test_a_folder_with_a_manifest_of_its_own_is_no_older_archive(codeclm, archived, tmp_path, more):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "manifest.json").write_text('{"name": "my app"}')
    if more is not None:
        (mine / "manifest.json").write_bytes((archived / "manifest.json").read_bytes())
        (mine / more).write_text("precious")
    before = files(mine)
    status, _, err = codeclm("archive", mine)
    assert (status, files(mine)) == (2, before)
    assert "holds other files" in err
    assert codeclm("archive", archived)[0] == 0
