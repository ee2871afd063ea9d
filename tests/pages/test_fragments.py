"""Parts of a page that are drawn alone, as a browser asks for when a widget in them is touched."""

import pytest
from streamlit.testing.v1 import AppTest, local_script_runner

from codeclm import embed
from codeclm.jobs import map as job
from codeclm.jobs.lock import RUN, hold
from codeclm.testing import WordEncoder
from codeclm.ui.text import plain
from tests.pages import pairing
from tests.pages.visits import opened


@pytest.fixture
def alone(monkeypatch):
    """Run only the fragment that a widget stands in."""
    whole = local_script_runner.RerunData

    def run(test, widget):
        at = test._session_state._state._new_widget_state.widget_metadata[widget.proto.id].fragment_id
        assert at, "it stands in no fragment"
        with monkeypatch.context() as patch:
            patch.setattr(
                local_script_runner, "RerunData", lambda **data: whole(**data, fragment_id_queue=[at])
            )
            return test.run()

    return run


def test_a_theta_set_in_the_lab_is_the_page_s_at_once(alone):
    made = pairing.project("mine", 8)
    test = opened("5_Contrast")
    test.slider(key="contrast_theta").set_value(4.0).run()
    assert "which is 3 now" in test.button(key="contrast_use").help
    alone(test, test.button(key="contrast_use").click())
    with made.open(readonly=True) as store:
        assert store.settings.dials().theta == 4.0
    assert not [each for each in test.button if each.key == "contrast_use"]
    assert any(each.value == "θ 4 is the project’s." for each in test.caption)
    assert [each.value for each in test.toast] == [plain("The project’s θ is 4 from now on.")]


def test_the_lab_follows_a_theta_set_by_another(alone):
    made = pairing.project("mine", 8)
    test = opened("5_Contrast")
    with made.open() as store:
        store.settings.set_dials(store.settings.dials().model_copy(update={"theta": 2.0}))
    alone(test, test.slider(key="contrast_theta").set_value(4.0))
    assert "which is 2 now" in test.button(key="contrast_use").help


def test_what_a_button_on_the_map_did_or_missed_is_told_there(alone, monkeypatch):
    monkeypatch.setattr(embed, "_load", lambda model: WordEncoder())
    made = pairing.project("mine", 8)
    job.draw(made.path)
    with made.open() as store:
        rows, seeds = store.metadata.page(limit=3), store.seeds.page(limit=2)
        name = store.selections.keep(
            [("metadata", row.id) for row in rows] + [("seeds", seed.id) for seed in seeds]
        )
    test = opened("3_Map", selection=name)
    alone(test, test.button(key="map_put_tag").click())
    assert [each.value for each in test.error] == [plain("Write the tag first.")]
    alone(test, test.button(key="map_exclude").click())
    assert [each.value for each in test.toast] == [plain("3 metadata left out from now on.")]
    assert not test.error
    assert not [each.value for each in test.run().toast], "told once"


def test_that_a_run_is_to_stop_is_told_while_it_goes_on(alone):
    made = pairing.project("mine", 4)
    with hold(made.path, RUN), made.open() as store:
        store.jobs.start("run", {}, 1)
        test = opened("4_Generate")
        alone(test, test.button(key="run_stop").click())
        assert test.button(key="run_stop").label == "Stopping…"
        (said,) = test.toast
        assert said.value == plain("The run stops as soon as what is in flight has come back.")


def test_a_stage_without_a_reply_says_for_how_long_in_place_of_the_time_left():
    def draw():
        import time
        from types import SimpleNamespace

        import streamlit as st

        from codeclm.ui import runpanel

        now = time.time()
        st.session_state["rate_1_answer"] = [(now - 20, 5), (now - 12, 10)]
        st.session_state["rate_1_judge"] = [(now - 20, 5), (now - 12, 10)]
        job = SimpleNamespace(id=1, progress={"answer": (10, 20), "judge": (15, 20)})
        for stage in job.progress:
            runpanel._stage(job, stage)

    quiet, lively = [each.proto.text for each in AppTest.from_function(draw).run().get("progress")]
    assert quiet == "Answering: 10 of 20 · none came for 12 s"
    assert lively == "Scoring: 15 of 20 · 30 a minute · about 10 s left"
