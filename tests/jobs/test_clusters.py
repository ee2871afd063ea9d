"""What clusters of the map are for: a cap on rows, and groups of held-out seeds."""

import json

import pytest

from codeclm import export
from codeclm.errors import UsageError
from codeclm.export.clusters import NONE, clusters_of
from codeclm.jobs.candidates import Ask, Candidate
from codeclm.jobs.evaluate import evaluate
from codeclm.records import Labels, Seed
from codeclm.store import Store
from codeclm.store.maps import Cluster
from codeclm.store.vectors import text_key
from tests.export.exporting import bundle


@pytest.fixture
def mapped(tmp_path):
    """Six seeds with a pair each; the first three in one cluster, the last in none."""
    path = tmp_path / "p.db"
    with Store.open(path, create=True) as store:
        with pytest.raises(UsageError, match="map --of seeds"):
            clusters_of(store, "seeds")
        seeds = [Seed(f"Tell me of fish {number}", source="f", row=number) for number in range(6)]
        for seed in seeds:
            bundle(store, f"About {seed.text}", seed=seed, labels=Labels("zoo"))
        sources = store.maps.sources(("seeds",), None)
        places = {
            text_key(each.text): (0.0, 0.0, 1 if at < 3 else 2 if at < 5 else None)
            for at, each in enumerate(sources)
        }
        spots = [(each.kind, each.id, text_key(each.text)) for each in sources]
        store.maps.keep(places, spots, [Cluster(1, "cold water"), Cluster(2, "")])
    return path


def test_each_record_has_its_cluster_by_name(mapped):
    with Store.open(mapped) as store:
        found = clusters_of(store, "seeds")
        assert [found[seed.id] for seed in store.seeds.page()] == ["cold water"] * 3 + ["cluster 2"] * 2 + [
            NONE
        ]


def test_held_out_seeds_are_grouped_by_cluster(mapped, tmp_path):
    scores = tmp_path / "s.jsonl"
    with Store.open(mapped) as store:
        rows = [{"prompt": seed.text, "score": [5, 5]} for seed in store.seeds.page()]
    scores.write_text("\n".join(map(json.dumps, rows)))
    ask = Ask(holdout=0.99, by_cluster=True, candidates=(Candidate("c", "scores", path=scores),))
    groups = evaluate(mapped, ask, print, lambda line: None).report.results[0].groups
    assert groups.keys() <= {"cold water", "cluster 2", NONE}
    assert groups["cold water"].total > 1


def test_a_cap_counts_clusters_of_the_metadata(mapped):
    options = export.Options(per_use_case=2, by_cluster=True)
    with Store.open(mapped) as store:
        with pytest.raises(UsageError, match="map --of metadata"):
            export.tally(store, options)
        rows = store.metadata.page()
        places = {row.id.encode(): (0.0, 0.0, at // 4 + 1) for at, row in enumerate(rows)}
        spots = [("metadata", row.id, row.id.encode()) for row in rows]
        store.maps.keep(places, spots, [Cluster(1, "cold water"), Cluster(2, "")])
        done = export.tally(store, options)
    assert (done.rows, done.dropped) == (4, {"over the cap of its cluster": 2})
