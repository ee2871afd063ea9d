import pytest

from codeclm.cli.parser import parse
from codeclm.errors import UsageError


@pytest.mark.parametrize("argv", [["--json", "status"], ["status", "--json"]])
def test_json_goes_before_or_after_the_command(argv):
    assert parse(argv).json is True


@pytest.mark.parametrize("argv", [["--project", "a.db", "status"], ["status", "--project", "a.db"]])
def test_the_project_goes_before_or_after_the_command(argv):
    assert str(parse(argv).project) == "a.db"


def test_nothing_said_is_nothing_set():
    args = parse(["run"])
    assert args.project is None
    assert args.json is False
    assert [args.theta, args.iterations, args.per_metadata, args.seed, args.concurrency, args.limit] == [
        None
    ] * 6


def test_stages_come_back_in_the_order_of_the_loop():
    assert parse(["run", "--stages", "judge, encode"]).stages == ("encode", "judge")


def test_every_role_can_be_given():
    args = parse(["run", "--strong-url", "http://a/v1", "--judge-model", "j"])
    assert (args.strong_url, args.judge_model, args.target_url) == ("http://a/v1", "j", None)


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        ([], "COMMAND"),
        (["fly"], "fly"),
        (["run", "--limit", "-1"], "1 or more, not -1"),
        (["pairs", "--offset", "9" * 20], "from 0 to 9223372036854775807"),
        (["run", "--limit", "two"], "'two' is not a whole number"),
        (["run", "--theta", "high"], "'high' is not a number"),
        (["run", "--theta", "nan"], "0 or more"),
        (["run", "--theta", "-1"], "0 or more"),
        (["run", "--stages", "encode,dream"], "'dream'; there are encode, augment"),
        (["run", "--stages", ""], "no stage is called ''"),
        (["run", "--iterations", "0"], "from 1 to 50, not 0"),
        (["run", "--concurrency", "0"], "1 or more"),
        (["run", "--budget", "inf"], "0 or more"),
        (["run", "--lim", "3"], "--lim"),
        (["run", "--strong-prices", "3"], "in and out, as in 0.25,2, not 3"),
        (["quote", "--target-prices", "1,-2"], "0 or more, not -2"),
        (["import"], "FILE"),
        (["import", "f", "--as", "songs"], "songs"),
        (["pairs", "--status", "lost"], "lost"),
        (["decide", "abc", "maybe"], "maybe"),
        (["export", "out", "--format", "pdf"], "pdf"),
        (["serve", "--port", "70000"], "from 1 to 65535"),
    ],
)
def test_a_wrong_word_is_told_in_one_line(argv, told):
    with pytest.raises(UsageError) as error:
        parse(argv)
    assert told in str(error.value)
    assert "--help" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["expot"], r"did you mean export\? \(see: python -m codeclm --help\)$"),
        (
            ["run", "--thetta", "3"],
            r"no --thetta here; did you mean --theta\? \(see: python -m codeclm run --help\)",
        ),
        (["quote", "--max-cals=3"], r"no --max-cals=3 here; did you mean --max-calls\?"),
        (["run", "qqq"], r"there is no qqq here \(see: python -m codeclm run --help\)"),
    ],
)
def test_what_may_have_been_meant_is_asked(argv, told):
    with pytest.raises(UsageError, match=told):
        parse(argv)
