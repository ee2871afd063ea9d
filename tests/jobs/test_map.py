"""The map as a job: what is placed, what stays, what is embedded, and how it stops."""

import pytest

from codeclm import confirmed, embed
from codeclm.errors import BusyError, CodecError, UsageError
from codeclm.jobs import map as job
from codeclm.jobs.lock import hold
from codeclm.jobs.stopping import Stopped
from codeclm.records import IMPORTED, Instruction, Labels, Metadata, Seed
from codeclm.store import Store
from codeclm.testing import WordEncoder

TOPICS = {
    "cooking": "simmer onion soup garlic pan",
    "travel": "train ticket hotel island ferry",
    "code": "python function loop bug test",
}


@pytest.fixture
def encoder(monkeypatch):
    words = WordEncoder()
    monkeypatch.setattr(embed, "_load", lambda model: words)
    return words


@pytest.fixture
def project(tmp_path):
    path = tmp_path / "p.db"
    with Store.open(path, create=True) as store:
        for topic, words in TOPICS.items():
            store.seeds.add(seed(topic, words, number) for number in range(12))
            store.metadata.add([Metadata("manual", Labels(topic, tuple(words.split()[:2])))])
    return path


def seed(topic, words, number):
    chosen = [word for at, word in enumerate(words.split() * 2) if (number >> at) & 1 or at == number % 5]
    return Seed(f"{topic} {' '.join(chosen)} {number}")


def table(path):
    with Store.open(path, readonly=True) as store:
        return {point.id: point for point in store.maps.points(job.KINDS, IMPORTED)}, store.maps.clusters()


def test_everything_is_placed_and_topics_are_clusters(project, encoder):
    told = []
    done = job.draw(project, show=told.append)
    points, clusters = table(project)
    assert told == ["embedding 0/45", "embedding 45/45", *job.PARTS.values()]
    assert (done.points, done.placed, done.anew) == (39, 39, True)
    assert len(points) == 39
    assert 2 <= len(clusters) <= 6
    with Store.open(project) as store:
        found = job_state(store)
    assert found == ("done", {"embed": (45, 45), "draw": (4, 4)})


def job_state(store):
    last = store.jobs.page(limit=1)[0]
    return last.state, last.progress


def test_again_nothing_moves_and_nothing_is_embedded(project, encoder):
    job.draw(project)
    before, clusters = table(project)
    encoder.seen.clear()
    again = job.draw(project)
    assert (again.placed, again.anew, encoder.seen) == (0, False, [])
    assert table(project) == (before, clusters)


def test_new_records_join_without_moving_the_old(project, encoder):
    job.draw(project)
    before, _ = table(project)
    with Store.open(project) as store:
        store.seeds.add([Seed("travel ferry island new")])
    assert job.draw(project).placed == 1
    after, _ = table(project)
    assert len(after) == len(before) + 1
    assert all((after[each].x, after[each].y) == (point.x, point.y) for each, point in before.items())


def test_a_name_given_stays_as_long_as_the_cluster(project, encoder):
    job.draw(project)
    _, clusters = table(project)
    with Store.open(project) as store:
        store.maps.rename(clusters[0].id, "Mine")
        store.seeds.add([seed("cooking", TOPICS["cooking"], number) for number in range(20, 26)])
    job.draw(project)
    assert {(each.id, each.name) for each in table(project)[1]} >= {(clusters[0].id, "Mine")}
    job.draw(project, anew=True)
    assert "Mine" in {each.name for each in table(project)[1]}


def test_equal_texts_share_a_place_and_are_embedded_once(project, encoder):
    with Store.open(project) as store:
        seeds = [Seed(f"another {number}") for number in range(2)]
        store.seeds.add(seeds)
        rows = [Metadata("encoded", Labels("same", ("labels",)), seed=each.id) for each in seeds]
        store.metadata.add(rows)
    job.draw(project, ["metadata"])
    points, _ = table(project)
    same = [points[row.id] for row in rows]
    assert (same[0].x, same[0].y) == (same[1].x, same[1].y)
    assert [encoder.seen.count(label) for label in ("same", "labels")] == [1, 1]


def test_only_the_kinds_asked_for_and_those_there(project, encoder):
    assert job.draw(project, ["seeds"]).points == 36
    assert {point.kind for point in table(project)[0].values()} == {"seeds"}
    assert job.draw(project, ["metadata"]).points == 3
    assert {point.kind for point in table(project)[0].values()} == {"seeds", "metadata"}


def test_what_is_gone_leaves_the_map(project, encoder):
    job.draw(project)
    points, _ = table(project)
    gone = next(iter(points.values()))
    with Store.open(project) as store:
        store.metadata.set_state([gone.id], "excluded")
    assert gone.id not in table(project)[0]


def test_instructions_stand_beside_the_metadata_they_are_of(project, encoder):
    with Store.open(project) as store:
        row = store.metadata.page()[0]
        written = Instruction(row.id, row.revision, "cook a soup")
        store.lineages.add_instruction(written, IMPORTED)
    job.draw(project, ["metadata", "instructions"])
    with Store.open(project) as store:
        sheet = store.maps.sheet
        spots, metadata = sheet.spots("instructions"), sheet.spots("metadata")
        reached = sheet.reached(IMPORTED, 3, 4)
    assert spots.id == [written.id]
    assert metadata.id[metadata.number.index(spots.metadata[0])] == row.id
    assert (reached.state, reached.iteration, reached.gap) == (["pending"], [1], [None])


def test_an_empty_project(tmp_path, encoder):
    path = tmp_path / "e.db"
    Store.open(path, create=True).close()
    assert job.draw(path).points == 0
    assert table(path) == ({}, [])


def test_a_stop_keeps_what_was_embedded_and_the_old_map(project, encoder, monkeypatch):
    monkeypatch.setattr(embed, "_CHUNK", 5)

    def stop(line):
        if "10/" in line:
            with Store.open(project) as store:
                store.jobs.ask_stop(store.jobs.current(job.MAP).id)

    with pytest.raises(Stopped):
        job.draw(project, show=stop)
    with Store.open(project) as store:
        assert len(encoder.seen) >= 10
        assert store.vectors.missing(embed.MODEL, encoder.seen) == []
        assert job_state(store)[0] == "stopped"
        assert store.maps.kinds() == ()


def test_a_model_that_cannot_be_had(project, monkeypatch):
    def fail(model):
        raise CodecError("no model")

    monkeypatch.setattr(embed, "_load", fail)
    with pytest.raises(CodecError, match="no model"):
        job.draw(project)
    with Store.open(project) as store:
        assert job_state(store)[0] == "failed"


def test_one_at_a_time(project, encoder):
    with hold(project, job.MAP), pytest.raises(BusyError):
        job.draw(project)


def test_another_model_draws_anew(project, encoder, tmp_path, monkeypatch):
    monkeypatch.setenv(confirmed.FOLDER, str(tmp_path))
    job.draw(project)
    with Store.open(project) as store:
        store.settings.set(embed.EMBEDDER, "another")
    with pytest.raises(UsageError, match="nobody confirmed it"):
        job.draw(project)
    assert job.draw(project, model="another").anew
    assert not job.draw(project).anew
