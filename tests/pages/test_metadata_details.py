"""Metadata without a map: a row looked at closely, without a mouse too; labels of which some are new."""

import pytest

from codeclm import embed, projects
from codeclm.jobs import map as job
from codeclm.records import Labels, Metadata, Seed
from codeclm.testing import WordEncoder
from tests.pages.visits import opened

USE = "plan a long trip by night train"
OTHER = USE.replace("night", "uncomfortable")
"""To the encoder of the tests nearly the same, and not in writing."""


@pytest.fixture
def project(monkeypatch):
    monkeypatch.setattr(embed, "_load", lambda model: WordEncoder())
    made = projects.create("mine")
    with made.open() as store, store.write():
        seeds = [Seed(f"Plan a trip {n}") for n in range(2)]
        store.seeds.add(seeds)
        store.metadata.add(
            Metadata("encoded", Labels(use, (f"skill {use}",)), seed=seed.id)
            for use, seed in zip((USE, OTHER), seeds, strict=True)
        )
    return made


def words(test):
    return " ".join(str(each.value) for each in (*test.markdown, *test.caption))


def test_the_details_of_a_row_are_reached_by_keys_alone(project):
    test = opened("2_Metadata")
    with project.open() as store:
        row = store.metadata.page()[1]
    test.selectbox(key="meta_look").set_value(row.id).run()
    assert "Read in this seed:" in words(test)
    assert f"**{OTHER}**" in words(test)
    assert test.selectbox(key="meta_look").value is None
    test.run()
    assert "Read in this seed:" not in words(test), "once it is closed"


def test_a_label_that_came_after_the_map_leaves_those_on_it_compared(project):
    assert "once the map was drawn" in words(opened("2_Metadata", meta_part="Labels"))
    job.draw(project.path)
    assert "mean about the same" in words(opened("2_Metadata", meta_part="Labels"))
    with project.open() as store:
        store.metadata.add([Metadata("manual", Labels("fishing", ()))])
    told = words(opened("2_Metadata", meta_part="Labels"))
    assert "mean about the same" in told
    assert "1 label is new since the map was drawn and compared by spelling only." in told
    with project.open() as store:
        store.metadata.add([Metadata("mixed", Labels("fishing", ("skill of another",)), state="proposed")])
    assert "Update the map" in " ".join(
        link.proto.label for link in opened("2_Metadata", meta_part="Mix and match").get("page_link")
    )
