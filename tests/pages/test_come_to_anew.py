"""A page that is come to from another is as its link says, whatever was looked at there before."""

import json
import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import projects
from codeclm.records import Decision, Instruction
from codeclm.store import PairFilter
from codeclm.store.selections import single
from codeclm.ui.home.projects import ROWS
from tests.pages import pairing

ROOT = Path(__file__).parent.parent.parent


def come(test, page, **link):
    """By a link with these filters, or straight to it: then it is the first page of a browser's tab."""
    test = test or AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.query_params.clear()
    for name, value in {"project": "mine", **link}.items():
        test.query_params[name] = value
    test.switch_page(f"pages/{page}.py").run()
    assert not test.exception
    return test


def queue(test):
    (proto,) = (
        each.proto
        for each in test.get("bidi_component")
        if each.proto.component_name == "codeclm_review_desk"
    )
    return json.loads(proto.json or proto.mixed.json)


def accept(project, count):
    with project.open() as store:
        kept = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))[:count]
        for pair in kept:
            store.decisions.decide(Decision(pair=pair, verdict="accept", reviewer=""))
    return kept


def test_review_has_a_new_queue():
    project = pairing.project("mine", 8)
    test = come(None, "6_Review")
    assert queue(test)["total"] == 8
    accept(project, 3)
    with project.open() as store, store.write():
        row = store.metadata.page()[0]
        new = pairing.scored(store, Instruction(row.id, row.revision, "A brand new one", sample=9), (9, 1))
    found = queue(come(come(test, "7_Export"), "6_Review"))
    ids = [card["id"] for _, card in found["cards"]]
    assert found["total"] == 6
    assert new in ids
    assert found["cards"][0][1]["decision"] is None


def test_a_link_is_not_narrowed_by_what_was_searched_before():
    project = pairing.project("mine", 8)
    test = come(None, "6_Review", blind="true")
    test.text_input(key="review_search").set_value("zzzz").run()
    assert queue(test)["total"] == 0
    with project.open() as store:
        row = store.metadata.page()[0].id
    come(test, "10_Runs")
    link = {"status": "all but improved", "review_decision": "any decision"}
    come(test, "6_Review", selection=single("metadata", row), **link)
    assert queue(test)["total"] == 1
    assert (test.selectbox(key="status").value, test.selectbox(key="review_decision").value) == ("any", "any")
    come(come(test, "1_Seeds"), "6_Review")
    assert queue(test)["total"] == 8
    assert test.toggle(key="blind").value, "how one reviews is no filter"


def test_the_filters_of_an_address_hold_where_the_page_had_others():
    pairing.project("mine", 8)
    test = come(None, "6_Review", review_search="thing", status="exhausted")
    come(test, "1_Seeds")
    come(test, "6_Review", review_search="child")
    assert (test.text_input(key="review_search").value, test.selectbox(key="status").value) == (
        "child",
        "kept",
    )


def test_export_what_is_accepted_leads_to_what_is_accepted_though_nothing_is():
    pairing.project("mine", 8)
    (link,) = (
        each.proto for each in come(None, "6_Review").get("page_link") if "accepted" in each.proto.label
    )
    assert "export_what=Accepted" in link.query_string


def test_another_project_that_gets_a_new_name_is_not_opened():
    pairing.project("mine")
    projects.create("other")

    def renaming():
        import streamlit as st

        from codeclm import projects
        from codeclm.ui import state
        from codeclm.ui.home import projects as project_panel

        st.write(state.current().name)
        for name in ("other", "mine"):
            if st.button(name):
                project_panel._do_rename(projects.find(name), f"{name} anew")
                st.rerun()

    test = AppTest.from_function(renaming, default_timeout=60)
    test.query_params["project"] = "mine"
    test.run().button[0].click().run()
    assert (test.markdown[0].value, test.query_params["project"]) == ("mine", "mine")
    test.button[1].click().run()
    assert test.markdown[0].value == "mine anew"


def test_every_project_is_in_reach_whenever_it_changed_and_every_deleted_one():
    made = [projects.create(f"some {number}") for number in range(ROWS + 3)]
    for number, each in enumerate(made):
        os.utime(each.path, (number, number))
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.query_params["project"] = "some 0"
    test.run()
    menus = [each.key for each in test.menu_button]
    assert len(menus) == ROWS + 1
    assert "menu_some 0" in menus
    assert "2 more: " in " ".join(each.value for each in test.caption)
    for each in made[1:]:
        projects.delete(each)
    test.run()
    first = {each.key for each in test.button if str(each.key).startswith("restore_")}
    test.session_state["projects_deleted"] = 2
    rest = {each.key for each in test.run().button if str(each.key).startswith("restore_")}
    assert (len(first), len(rest), first & rest) == (ROWS, 2, set())


def test_export_begins_with_the_theta_of_the_project_and_what_was_accepted():
    project = pairing.project("mine", 8)
    test = come(None, "7_Export", export_format="alpaca")
    choice, theta = test.segmented_control(key="export_what"), test.number_input(key="export_theta")
    form = test.selectbox(key="export_format").value
    assert (choice.value, theta.value) == ("kept", 3.0)
    accept(project, 2)
    with project.open() as store:
        store.settings.set_dials(store.settings.dials().model_copy(update={"theta": 6.0}))
    come(come(test, "6_Review"), "7_Export")
    assert test.segmented_control(key="export_what").value == "accepted"
    assert test.number_input(key="export_theta").value == 6.0
    assert test.selectbox(key="export_format").value == form


@pytest.mark.parametrize(("said", "most"), [("inf", None), ("1e999", None), ("9" * 400, None), ("3", 3)])
def test_a_cap_of_an_export_that_is_no_number_of_rows_is_none(said, most):
    pairing.project("mine", 3)
    test = come(None, "7_Export", export_cap=said)
    assert not test.error
    assert test.number_input(key="export_cap").value == most
