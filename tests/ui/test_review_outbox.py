"""What a browser sends is written once and in order, however it is sent."""

import threading

import pytest

from codeclm import projects
from codeclm.errors import ProjectError
from codeclm.store.decisions import Decisions
from codeclm.ui.review import outbox
from codeclm.ui.review.outbox import write_down
from tests.pages import pairing


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(tmp_path))
    outbox._tabs.clear()
    return pairing.project("mine")


def pairs(project):
    with project.open(readonly=True) as store:
        return store.pairs.ids(pairing.CONFIG.id, 3.0, 4)


def accept(seq, pair, answer="strong", **more):
    return {
        "seq": seq,
        "kind": "decide",
        "pair": pair,
        "verdict": "accept",
        "answer": answer,
        "reasons": [],
        **more,
    }


def logged(project):
    with project.open(readonly=True) as store:
        return store._db.value("select count(*) from decisions")


def standing(project, pair):
    with project.open(readonly=True) as store:
        return store.decisions.of(pair)


def test_an_outbox_sent_again_and_again_is_written_once(project):
    first, second, third = pairs(project)[:3]
    assert write_down(project, "t", [accept(1, first)]).ack == 1
    assert write_down(project, "t", [accept(1, first), accept(2, second)]).ack == 2
    assert write_down(project, "t", [accept(2, second), accept(3, third, "target")]).ack == 3
    assert write_down(project, "t", []).ack == 3
    assert logged(project) == 3
    assert standing(project, third)[0].answer == "target"


def test_order_is_by_number(project):
    pair = pairs(project)[0]
    reject = {
        "seq": 2,
        "kind": "decide",
        "pair": pair,
        "verdict": "reject",
        "answer": None,
        "reasons": ["dull"],
    }
    write_down(project, "t", [reject, accept(1, pair)])
    assert standing(project, pair)[0].verdict == "reject"
    assert standing(project, pair)[0].reasons == ("dull",)


def test_undo_and_redo_several_steps(project):
    first, second = pairs(project)[:2]
    undo, redo = {"kind": "undo"}, {"kind": "redo"}
    tab = write_down(
        project,
        "t",
        [accept(1, first), accept(2, second), {"seq": 3, **undo}, {"seq": 4, **undo}, {"seq": 5, **undo}],
    )
    assert [each["pair"] for each in tab.results] == [second, first, None]
    assert standing(project, first) == []
    tab = write_down(project, "t", [{"seq": 6, **redo}])
    assert tab.results[-1]["pair"] == first
    assert len(standing(project, first)) == 1


def test_a_step_that_names_its_pair_is_told_of_only_where_it_came_out_otherwise(project):
    first, second = pairs(project)[:2]
    turn = {"reviewer": "", "pair": first}
    sent = [
        accept(1, first),
        accept(2, second),
        {"seq": 3, "kind": "undo", **turn},
        {"seq": 4, "kind": "redo", **turn},
        {"seq": 5, "kind": "undo", **turn},
    ]
    assert write_down(project, "t", sent).results == []
    assert standing(project, first) == []
    assert standing(project, second)
    tab = write_down(project, "t", [{"seq": 6, "kind": "undo", **turn}, {"seq": 7, "kind": "undo"}])
    assert [each["pair"] for each in tab.results] == [None, second]


def test_a_server_that_started_anew_writes_nothing_twice_and_drops_nothing(project):
    first, second = pairs(project)[:2]
    write_down(project, "t", [accept(1, first), accept(2, second)])
    outbox._tabs.clear()
    sent = [accept(2, second), {"seq": 3, "kind": "undo"}, accept(4, second, "target")]
    assert write_down(project, "t", sent[:2]).ack == 3
    assert standing(project, second) == []
    outbox._tabs.clear()
    assert write_down(project, "t", sent).ack == 4
    assert standing(project, first)
    assert standing(project, second)[0].answer == "target"
    assert logged(project) == 4


def test_a_server_that_finds_the_file_shut_at_first_repeats_nothing_later(project, monkeypatch):
    first, second = pairs(project)[:2]
    sent = [accept(1, first), accept(2, second), {"seq": 3, "kind": "undo"}]
    write_down(project, "t", sent)
    outbox._tabs.clear()
    with monkeypatch.context() as shut:
        shut.setattr(type(project), "open", lambda self: _refuse())
        assert write_down(project, "t", sent).fault
    assert write_down(project, "t", sent).ack == 3
    assert logged(project) == 3
    assert standing(project, first)


def _refuse():
    raise ProjectError("The file is shut.")


def test_a_first_undo_sent_to_two_servers_is_carried_out_once(project):
    first, second = pairs(project)[:2]
    write_down(project, "a", [accept(1, first), accept(2, second)])
    for _ in range(2):
        assert write_down(project, "b", [{"seq": 1, "kind": "undo"}]).ack == 1
        outbox._tabs.clear()
    assert standing(project, first)
    assert standing(project, second) == []


def test_the_project_remembers_so_many_tabs(project, monkeypatch):
    monkeypatch.setattr(outbox, "KEPT", 2)
    for seq, token in enumerate("cabac", 1):
        write_down(project, token, [accept(seq, pairs(project)[0])])
    with project.open(readonly=True) as store:
        assert store.settings.get(outbox.WRITTEN) == [["a", 4], ["c", 5]]


def test_edits_are_kept_and_made_storable(project):
    pair = pairs(project)[0]
    write_down(project, "t", [accept(1, pair, instruction="Ask \ud800 this\0", response="Say this")])
    made = standing(project, pair)[0]
    assert made.instruction == "Ask \ufffd this\ufffd"
    assert made.response == "Say this"


def test_a_fault_stops_there_and_is_told_and_the_rest_comes_later(project, monkeypatch):
    first = pairs(project)[0]
    sent = [accept(1, first), accept(2, first, "target"), accept(3, first)]
    decide, full = Decisions.decide, ["strong"]

    def sometimes(self, decision):
        if decision.answer not in full:
            raise ProjectError("mine.db: the disk is full.")
        return decide(self, decision)

    monkeypatch.setattr(Decisions, "decide", sometimes)
    tab = write_down(project, "t", sent)
    assert tab.ack == 1
    assert "disk is full" in tab.fault
    assert "\n" not in tab.fault
    full.append("target")
    tab = write_down(project, "t", sent)
    assert (tab.ack, tab.fault, logged(project)) == (3, "", 3)


def test_what_is_about_a_pair_that_is_gone_is_passed_over_and_told_and_holds_nothing_up(project):
    first, lost = pairs(project)[0], "of the project that had this name"
    flag = {"kind": "flag", "pair": lost, "on": True}
    tab = write_down(project, "t", [accept(1, lost), {"seq": 2, **flag}, accept(3, first)])
    assert tab.ack == 3
    assert "2 decisions or flags were about pairs" in tab.fault
    assert logged(project) == 1
    outbox._tabs.clear()
    tab = write_down(project, "t", [accept(1, lost), accept(4, lost)])
    assert (tab.ack, logged(project)) == (4, 1)
    assert "One decision or flag was about a pair" in tab.fault


@pytest.mark.parametrize(
    "bad",
    [
        {"seq": 1},
        {"seq": 1, "kind": "decide", "pair": "x"},
        accept(1, 7),
        accept(1, "p", "judge"),
        {"seq": 1, "kind": "drop"},
        {"seq": 1, "kind": "undo", "pair": 7},
    ],
)
def test_what_is_no_decision_is_passed_over_and_told_and_holds_up_none(project, bad):
    alone = write_down(project, "t", [bad])
    assert (alone.ack, logged(project)) == (1, 0), "so that the browser lets go of it"
    assert "no decision" in alone.fault
    assert write_down(project, "t", [bad, accept(2, pairs(project)[0])]).ack == 2
    assert logged(project) == 1


@pytest.mark.parametrize("bad", ["x", None, {}, {"seq": "1", "kind": "undo"}])
def test_what_has_no_number_is_nothing(project, bad):
    assert write_down(project, "t", [bad, accept(1, pairs(project)[0])]).ack == 1
    assert logged(project) == 1
    assert not outbox.foreign([bad], "Ann")


def test_an_answer_that_is_not_said_is_the_winners(project):
    operation = accept(1, pairs(project)[0])
    del operation["answer"]
    assert write_down(project, "t", [operation]).fault == ""
    assert logged(project) == 1


def test_two_tabs_at_once(project):
    first, second = pairs(project)[:2]
    threads = [
        threading.Thread(target=write_down, args=(project, name, [accept(n + 1, pair) for n in range(10)]))
        for name, pair in (("a", first), ("b", second))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert logged(project) == 20
    assert standing(project, first)
    assert standing(project, second)


def test_the_name_at_the_desk_goes_with_each_key(project):
    pair = pairs(project)[0]
    write_down(project, "t", [accept(1, pair, reviewer="ann"), accept(2, pair, "target", reviewer="bob")])
    assert [(d.reviewer, d.answer) for d in standing(project, pair)] == [("ann", "strong"), ("bob", "target")]
    write_down(project, "t", [{"seq": 3, "kind": "undo", "reviewer": "ann"}])
    assert [d.reviewer for d in standing(project, pair)] == ["bob"]


def test_two_reviewers_of_one_pair_both_count_whatever_the_tab(project):
    pair = pairs(project)[0]
    tabs = [
        threading.Thread(target=write_down, args=(project, name, [accept(1, pair, reviewer=name)]))
        for name in ("ann", "bob", "cyd")
    ]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert {d.reviewer for d in standing(project, pair)} == {"ann", "bob", "cyd"}


def test_a_decision_over_one_that_the_card_did_not_show_says_so(project):
    pair, other = pairs(project)[:2]
    write_down(project, "one", [accept(1, pair, saw=None)])
    told = write_down(project, "two", [accept(1, pair, "target", saw=None), accept(2, other, saw=None)])
    (found,) = told.results
    assert (found["seq"], found["kind"], found["pair"]) == (1, "decide", pair)
    assert (found["before"]["verdict"], found["before"]["answer"]) == ("accept", "strong")
    seen = [accept(3, pair, saw=["accept", "target"]), accept(4, other, "target", reviewer="bob", saw=None)]
    assert write_down(project, "two", seen).results == [found]


def test_flags_and_settled_conflicts_are_written(project):
    pair = pairs(project)[0]
    flag = {"seq": 1, "kind": "flag", "pair": pair, "on": True, "reviewer": "ann"}
    write_down(project, "t", [flag, accept(2, pair, adjudicated=True)])
    with project.open(readonly=True) as store:
        assert store.flags.of(pair) == {"ann": ""}
        assert store.decisions.of(pair)[0].adjudicated
    write_down(project, "t", [{**flag, "seq": 3, "on": False}])
    with project.open(readonly=True) as store:
        assert store.flags.of(pair) == {}


def test_an_undo_says_how_many_it_took_back(project):
    with project.open() as store:
        store.decisions.decide_all(pairs(project), "reject", "ann")
    (result,) = write_down(project, "t", [{"seq": 1, "kind": "undo", "reviewer": "ann"}]).results
    assert result["count"] == len(pairs(project))


def test_a_name_is_cut_and_cleaned(project):
    pair = pairs(project)[0]
    write_down(project, "t", [accept(1, pair, reviewer="a\0" * 100)])
    assert standing(project, pair)[0].reviewer == "a�" * 30
