"""The measure of hostile texts goes on where it was, and says the same of the same scores."""

import asyncio

from codeclm.settings import Endpoint
from codeclm.testing import ScriptedEndpoint
from tests.bench import bench_injection as bench


def test_what_was_scored_is_not_asked_again(tmp_path, capsys):
    keep, said = tmp_path / "kept.jsonl", []
    with ScriptedEndpoint() as endpoint:
        for count in (2, 3, 3):
            judge = Endpoint(url=endpoint.url, model="strong")
            asyncio.run(bench.measured(judge, count, (endpoint.url,), keep))
            said.append(capsys.readouterr().out)
    scored = bench.Kept(keep, "strong").found
    # Each in both orders, as it is and with every attack, once; a probe or none beside them.
    ways = (1 + len(bench.ATTACKS)) * len(scored)
    assert 0 <= len(endpoint.requests) - 2 * ways <= 1
    assert len(keep.read_text().splitlines()) == ways
    assert said[1] == said[2]
    assert said[1].startswith("strong judges 3 pairs")
    assert said[1].count("pairs kept at θ 3") == len(bench.ATTACKS)


def test_a_difference_is_told_with_its_interval():
    line = bench.moved("an attack", [(5.0, 7.0), (5.0, 7.0), (6.0, 8.0)])
    assert line.split()[2:8] == ["5.33", "→", "7.33", "+2.00", "(+2.00", "to"]
    assert line.endswith("higher in 100% of 3")
