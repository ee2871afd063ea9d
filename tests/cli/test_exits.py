"""Exit statuses, and what is said on the way out: one line, never a traceback."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from codeclm import cli
from codeclm.jobs.process import ROOT
from codeclm.store import Store
from codeclm.store.maps import Cluster
from codeclm.testing import Faults, ScriptedEndpoint


def one_line(err):
    return err.count("\n") == 1 and "Traceback" not in err


def test_usage_is_2(codeclm):
    status, data, err = codeclm("run", "--limit", "-1")
    assert (status, data) == (2, None)
    assert one_line(err)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("binary.jsonl", bytes(range(256)) * 20),
        ("empty.jsonl", b""),
        ("latin.csv", "instruction\ncaf\u00e9 olé\n".encode("latin-1")),
        ("ragged.json", b'{"a": '),
        ("headers.csv", b"instruction,instruction\na,b\n"),
        ("deep.json", b"[" * 100_000),
        ("columns.csv", b"x,y\n1,2\n"),
    ],
)
def test_a_broken_file_is_1_and_nothing_is_made(codeclm, tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    status, data, err = codeclm("import", path)
    assert (status, data) == (1, None)
    assert one_line(err)
    assert not (tmp_path / "project.db").exists()


def test_a_missing_project_is_1(codeclm, tmp_path):
    status, _, err = codeclm("status", "--project", tmp_path / "other.db")
    assert status == 1
    assert "no such project" in err
    assert not (tmp_path / "other.db").exists()


@pytest.mark.parametrize("command", [["status"], ["run"], ["pairs"], ["export", "o", "--format", "messages"]])
def test_a_project_that_is_none_is_1_and_untouched(codeclm, tmp_path, command):
    path = tmp_path / "project.db"
    path.write_bytes(b"These are not the rows you are looking for." * 100)
    before = path.read_bytes()
    status, _, err = codeclm(*command)
    assert status == 1
    assert one_line(err)
    assert path.read_bytes() == before


def test_failures_are_3_and_a_retry_mends_them(codeclm, seeds, roles):
    codeclm("import", seeds(6))
    with ScriptedEndpoint(faults=Faults(0.3, ("wrong_shape",), times=None)) as endpoint:
        status, data, _ = codeclm("run", *roles(endpoint))
        assert status == 3
        assert data["failures"] > 0
        listed = codeclm("failures")[1]["failures"]
        assert len(listed) == data["failures"]
        assert {"id", "stage", "record", "reason", "raw"} == set(listed[0])
        sent = len(endpoint.requests)
        assert codeclm("run")[0] == 3
        assert len(endpoint.requests) == sent
        port = endpoint.port
    with ScriptedEndpoint(port=port):
        status, left, _ = codeclm("failures", "--retry")
    assert (status, left) == (0, {"failures": []})
    data = codeclm("status")[1]
    assert data["kept"] + data["exhausted"] == 6


def test_a_budget_of_calls_is_4_and_the_rest_follows(codeclm, endpoint, seeds, roles):
    codeclm("import", seeds(6))
    status, data, err = codeclm("run", *roles(endpoint), "--max-calls", 10, "--concurrency", 2)
    assert status == 4
    assert data["calls_sent"] == 10
    assert "10 calls" in err
    status, data, _ = codeclm("run")
    assert status == 0
    assert data["kept"] + data["exhausted"] == 6


def test_steps_and_names_that_reach_their_budget_say_so(codeclm, endpoint, seeds, roles, tmp_path):
    codeclm("import", seeds(1))
    codeclm("run", *roles(endpoint))
    with Store.open(tmp_path / "project.db") as store:
        metadata = store.metadata.page()[0].id
        store.maps.keep({}, [], [Cluster(number, f"c{number}", ("w",)) for number in (1, 2, 3)])
    made = codeclm("step", "basic", metadata)[1]["made"]
    for words in (("step", "score", made[0]), ("names",)):
        status, data, err = codeclm(*words, "--max-calls", 1)
        assert (status, data["calls_sent"]) == (4, 1)
        assert "the budget of 1 call is used up" in err


def test_a_budget_of_money_needs_prices(codeclm, endpoint, seeds, roles):
    codeclm("import", seeds(1))
    status, data, err = codeclm("run", *roles(endpoint), "--budget", 1)
    assert (status, data, err.count("error:")) == (2, None, 1)
    assert "--max-calls" in err
    assert "--strong-prices" in err
    assert endpoint.requests == []
    status, data, err = codeclm("run", "--budget", 1, "--judge-prices", "1,1")
    assert (status, data) == (2, None)
    assert "--strong-prices" in err
    prices = "--strong-prices", "0.25,2", "--target-prices", "0,0"
    status, data, _ = codeclm("run", "--budget", 1, *prices)
    assert status == 0
    assert data["cost_usd"] > 0
    again = codeclm("status")[1]
    assert again["cost_usd"] == data["cost_usd"]


def test_a_wrong_model_stops_at_once(codeclm, seeds, roles):
    codeclm("import", seeds(30))
    with ScriptedEndpoint(models=("other",)) as endpoint:
        status, _, err = codeclm("run", *roles(endpoint))
        assert len(endpoint.requests) < 20
    assert status == 1
    assert "strong" in err
    assert "Traceback" not in err


def test_nothing_listening_stops_at_once(codeclm, seeds, roles):
    codeclm("import", seeds(3))
    with ScriptedEndpoint() as endpoint:
        words = roles(endpoint)
    status, _, err = codeclm("run", *words)
    assert status == 1
    assert "strong" in err


def test_a_project_in_use_is_refused(codeclm, endpoint, seeds, tmp_path, roles):
    from codeclm.jobs.lock import hold

    codeclm("import", seeds(1))
    with hold(tmp_path / "project.db", "run"):
        status, _, err = codeclm("run", *roles(endpoint))
    assert status == 1
    assert f"process {os.getpid()}" in err


def test_self_judging_is_told_once(codeclm, endpoint, seeds, roles):
    codeclm("import", seeds(3))
    _, _, err = codeclm("run", *roles(endpoint))
    assert err.count("judges its own answers") == 1
    _, _, err = codeclm("run", "--judge-url", endpoint.url, "--judge-model", "judge")
    assert "judges its own" not in err


def test_what_nobody_foresaw_is_one_line_and_a_log(codeclm, monkeypatch, tmp_path):
    monkeypatch.setattr(cli, "import_module", lambda name: 1 / 0)
    status, _, err = codeclm("status")
    assert status == 1
    assert one_line(err)
    log = err.strip().rsplit(" ", 1)[1]
    assert "ZeroDivisionError" in (tmp_path / log).read_text()


def test_a_reader_that_goes_away_is_not_complained_about(tmp_path, seeds):
    project = str(tmp_path / "p.db")
    command = [sys.executable, "-m", "codeclm", "--project", project]
    subprocess.run([*command, "import", str(seeds(5))], cwd=ROOT, check=True, capture_output=True)
    process = subprocess.Popen([*command, "status"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk is full here")
@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        (">/dev/full", 1, "error: done, but the answer cannot be written (No space left on device)\n"),
        (">&-", 0, ""),
        (">&- 2>&-", 0, ""),
        ("--nonsense 2>&-", 2, ""),
    ],
)
def test_an_answer_that_goes_nowhere_is_no_traceback(codeclm, tmp_path, seeds, said, status, told):
    codeclm("import", seeds(2))
    words = f"{sys.executable} -m codeclm --project '{tmp_path / 'project.db'}' status {said}"
    done = subprocess.run(["sh", "-c", words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (status, told)


def test_help_is_0(codeclm, capsys):
    assert cli.main(["run", "--help"]) == 0
    assert "--augment-to" in capsys.readouterr().out


INTERRUPT = """
import os, signal, sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ.get("INTERRUPTED_AT"):
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are otherwise there")
@pytest.mark.parametrize(
    ("at", "status", "told"),
    [("codeclm.cli.parser", -signal.SIGINT, ""), ("pydantic_core", 130, "interrupted\n")],
)
def test_an_interrupt_while_the_program_is_loaded_is_no_traceback(tmp_path, seeds, at, status, told):
    (tmp_path / "sitecustomize.py").write_text(INTERRUPT)
    words = ["--project", str(tmp_path / "p.db"), "import", str(seeds(2))]
    done = subprocess.run(
        [sys.executable, "-m", "codeclm", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "INTERRUPTED_AT": at},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr, done.stdout) == (status, told, "")
    assert not (tmp_path / "p.db").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals are otherwise there")
def test_whoever_ends_a_command_at_its_end_gets_its_status(tmp_path, seeds):
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, os, signal\natexit.register(os.kill, os.getpid(), signal.SIGTERM)"
    )
    words = ["--project", str(tmp_path / "p.db"), "import", str(seeds(2))]
    done = subprocess.run(
        [sys.executable, "-m", "codeclm", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "2 added" in done.stdout


NAMED = (
    "status|run|quote|failures|failures --retry|pairs|decide abc accept|agreement --minimum 2|undo|redo|map|"
    "names|export o --format csv|duplicates|evaluate --holdout 0.2|evaluate none.jsonl|"
    "matching --holdout 0.2|evaluations|step basic abc|archive a|restore none|copy c.db|prune|"
    "serve|import none.jsonl"
)


@pytest.mark.parametrize("command", NAMED.split("|"))
def test_a_name_that_no_project_has_is_one_line_and_makes_no_file(codeclm, tmp_path, monkeypatch, command):
    for name in ("here", "all"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("CODECLM_PROJECTS", str(tmp_path / "all"))
    status, data, err = codeclm(*command.split(), "--project", "suport")
    assert (status, data) == (1, None)
    assert one_line(err)
    assert [*(tmp_path / "here").iterdir(), *(tmp_path / "all").iterdir()] == []


def test_a_project_that_is_made_is_told_and_where_the_app_looks(codeclm, seeds, tmp_path, monkeypatch):
    monkeypatch.setenv("CODECLM_PROJECTS", str(tmp_path / "all"))
    monkeypatch.chdir(tmp_path)
    for name, told in (("new.db", f"; the app lists those of {tmp_path / 'all'}"), ("all/new.db", "")):
        said = codeclm("import", seeds(2), "--project", name)[2]
        assert said == f"note: {tmp_path / name} is a new project{told}\n"
        assert codeclm("import", seeds(3), "--project", name)[2] == ""


@pytest.mark.parametrize("gone", [["stderr"], ["stdout"], ["stderr", "stdout"]])
def test_a_run_goes_on_where_nobody_reads_what_it_says(codeclm, endpoint, seeds, roles, tmp_path, gone):
    codeclm("import", seeds(1))
    read, write = os.pipe()
    os.close(read)
    said = {name: write if name in gone else subprocess.PIPE for name in ("stderr", "stdout")}
    words = ["--project", str(tmp_path / "project.db"), "run", *roles(endpoint)]
    done = subprocess.run([sys.executable, "-m", "codeclm", *words], cwd=ROOT, check=False, **said)
    os.close(write)
    assert done.returncode == 0
    assert "Exception ignored" not in (done.stderr or b"").decode()
    assert codeclm("status")[1]["encoded"] == 1
