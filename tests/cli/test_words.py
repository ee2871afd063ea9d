"""What commands say to a person, beside what they print with --json."""

import re

from codeclm import projects
from codeclm.cli import main
from codeclm.records import Labels, Metadata
from codeclm.store import Store


def test_a_project_goes_by_its_name_in_the_app(capsys, monkeypatch, tmp_path, seeds):
    monkeypatch.setenv("CODECLM_PROJECTS", str(tmp_path / "all"))
    monkeypatch.delenv("CODECLM_PROJECT", raising=False)
    path = tmp_path / "all" / "support tickets.db"
    path.parent.mkdir()
    assert main(["--project", str(path), "import", str(seeds(3))]) == 0
    capsys.readouterr()
    assert main(["--project", "support tickets", "status"]) == 0
    assert re.search(r"^seeds +3$", capsys.readouterr().out, re.MULTILINE)
    assert main(["--project", "other", "status"]) == 1
    assert "other: no such project" in capsys.readouterr().err


def test_a_new_project_of_a_bare_name_is_one_of_the_app(capsys, monkeypatch, tmp_path, seeds):
    every, here = tmp_path / "all", tmp_path / "here"
    here.mkdir()
    monkeypatch.setenv("CODECLM_PROJECTS", str(every))
    monkeypatch.delenv("CODECLM_PROJECT", raising=False)
    monkeypatch.chdir(here)
    assert main(["--project", "cli", "import", str(seeds(3))]) == 0
    assert capsys.readouterr().err == f"note: {every / 'cli.db'} is a new project\n"
    assert main(["--project", "cli", "archive", str(tmp_path / "archive")]) == 0
    assert main(["--project", "again", "restore", str(tmp_path / "archive")]) == 0
    assert f"restored to {every / 'again.db'}\n" in capsys.readouterr().out
    assert {each.name for each in projects.listed()} == {"cli", "again"}
    assert list(here.iterdir()) == []
    assert main(["--project", "./cli", "import", str(seeds(3))]) == 0
    assert [each.name for each in here.iterdir()] == ["cli"]
    assert main(["--project", "_no", "import", str(seeds(3))]) == 2
    assert "Project name:" in capsys.readouterr().err


def test_an_import_says_as_what_and_what_it_left_unread(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CODECLM_PROJECT", str(tmp_path / "p.db"))
    path = tmp_path / "pairs.csv"
    path.write_text("instruction,strong,target\nName a fish,Cod,Dog\n")
    assert main(["import", str(path)]) == 0
    said = capsys.readouterr().out
    assert "1 rows read as seeds: 1 added" in said
    assert "--as pairs" in said
    assert main(["import", str(path), "--as", "pairs"]) == 0
    assert "--as pairs" not in capsys.readouterr().out


def test_an_import_tells_what_repeats_in_the_file_from_what_is_known(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CODECLM_PROJECT", str(tmp_path / "p.db"))
    path = tmp_path / "pairs.csv"
    rows = "instruction,strong,target\nName a fish,Cod,Dog\n"
    path.write_text(rows)
    assert main(["import", str(path), "--as", "pairs"]) == 0
    path.write_text(f"{rows}Name a bird,Owl,Cat\nName a bird,Owl,Cat\n")
    assert main(["import", str(path), "--as", "pairs"]) == 0
    assert "1 added, 1 known already, 1 repeated in the file\n" in capsys.readouterr().out
    path.write_text("instruction,strong,target\nName a bird,Owl,Dog\nName a bird,Owl,Dog\nWhy,a,b\n")
    assert main(["import", str(path), "--as", "pairs"]) == 3
    assert "1 added, 0 known already\n" in capsys.readouterr().out, "what is rejected repeats nothing"


def test_an_import_says_which_answers_it_leaves_out(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CODECLM_PROJECT", str(tmp_path / "p.db"))
    path = tmp_path / "alpaca.csv"
    path.write_text("instruction,output\nName a fish,Cod\n")
    assert main(["import", str(path)]) == 0
    assert "The column output was left out" in capsys.readouterr().out
    assert main(["import", str(path), "--field", "output"]) == 0
    assert "left out" not in capsys.readouterr().out


def test_an_import_says_that_tags_were_read(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CODECLM_PROJECT", str(tmp_path / "p.db"))
    path = tmp_path / "seeds.jsonl"
    path.write_text('{"text": "a", "tags": ["x"]}\n{"text": "b"}\n')
    assert main(["import", str(path)]) == 0
    assert "1 rows have tags\n" in capsys.readouterr().out
    assert main(["import", str(path)]) == 0
    assert "1 rows have tags; what was known already keeps its own\n" in capsys.readouterr().out


def test_no_theta_that_keeps_nothing_is_taken(codeclm, seeds):
    codeclm("import", seeds(2))
    status, told, said = codeclm("run", "--theta", "20")
    assert (status, told) == (2, None)
    assert "from 0 to 9" in said


def test_status_says_what_its_counts_are_of(capsys, monkeypatch, tmp_path, seeds):
    monkeypatch.setenv("CODECLM_PROJECT", str(tmp_path / "p.db"))
    assert main(["import", str(seeds(2))]) == 0
    with Store.open(tmp_path / "p.db") as store:
        store.metadata.add([Metadata("mixed", Labels("law"), draw="0:1", state="proposed")])
    capsys.readouterr()
    assert main(["status", "--theta", "2.5"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^at θ +2\.5$", said, re.MULTILINE)
    assert re.search(r"^proposed +1 metadata: .*--accept-mixed", said, re.MULTILINE)


def test_that_nothing_fits_is_said(codeclm, seeds, tmp_path):
    codeclm("import", seeds(2))
    status, _, said = codeclm("pairs", "--use-case", "zzz")
    assert status == 0
    assert "no pair fits" in said


def test_an_export_of_nothing_is_no_success(codeclm, seeds, endpoint, roles, tmp_path):
    out = tmp_path / "out.jsonl"
    words = ["export", out, "--format", "messages"]
    codeclm("import", seeds(2))
    status, data, said = codeclm(*words)
    assert (status, data) == (3, {"rows": 0, "files": [], "dropped": {}})
    assert "no pair has scores yet; `run` makes some" in said
    codeclm("run", "--iterations", "1", "--theta", "9", *roles(endpoint))
    status, data, said = codeclm(*words)
    assert (status, data["rows"], data["files"]) == (3, 0, [])
    assert f"no pair fits ({data['dropped']['exhausted']} exhausted); a lower --theta keeps more" in said
    assert said.count("\n") == 1
    assert not out.exists()
    assert codeclm(*words, "--theta", "0")[0] == 0
    assert out.stat().st_size


def test_an_export_in_parts_says_how_many_rows_each_has(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CODECLM_PROJECT", str(tmp_path / "p.db"))
    rows = [f"Name fish {number},Cod,Dog,9,1" for number in range(8)]
    path, out = tmp_path / "pairs.csv", tmp_path / "out"
    path.write_text("\n".join(["instruction,strong,target,strong_score,target_score", *rows]))
    assert main(["import", str(path), "--as", "pairs"]) == 0
    capsys.readouterr()
    assert main(["export", str(out), "--format", "messages", "--split", "0.5"]) == 0
    told = re.findall(r"^  (\d+) in (train|test)$", capsys.readouterr().out, re.MULTILINE)
    for number, part in told:
        assert (out / f"{part}.jsonl").read_bytes().count(b"\n") == int(number)
    assert sum(int(number) for number, _ in told) == 8
