"""Review by several, all at once, and what a search or a filter finds."""

from urllib.parse import parse_qs

from codeclm.records import Decision
from codeclm.store import PairFilter
from codeclm.ui.review.queue import DECISIONS, STATUSES
from tests.pages import pairing
from tests.pages.visits import desk, opened, pressable


def test_a_reviewer_sees_what_nobody_settled_and_they_have_not_decided(mine):
    with mine.open() as store:
        first, second = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))[:2]
        store.decisions.verdicts.set_minimum(2)
        store.decisions.decide(Decision(first, "accept", "ann"))

    def queue(**parameters):
        return desk(opened("6_Review", project="mine", **parameters))["total"]

    everything = queue()
    assert queue(reviewer="bob") == everything
    assert queue(reviewer="ann") == everything - 1
    assert queue(reviewer="ann", review_decision="by me") == 1
    assert queue(review_by="ann", review_decision="not by me") == 1
    with mine.open() as store:
        store.decisions.decide(Decision(first, "reject", "bob"))
        store.flags.put(second, "bob")
    assert queue(reviewer="cyd", review_decision="in conflict") == 1
    assert queue(reviewer="ann", review_decision="any decision") == everything
    assert queue(review_marks="flagged") == 1


def test_links_into_the_queue_ask_for_what_its_filters_know(mine):
    """Streamlit drops a value from the address that is no option, and shows the usual queue instead."""
    with mine.open() as store:
        pair = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))[0]
        store.decisions.decide(Decision(pair, "accept", "ann"))
        store.decisions.decide(Decision(pair, "reject", "bob"))
    pages = (
        opened("4_Generate", project="mine", generate="By hand", studio_search="case 0"),
        opened("6_Review", project="mine", review_team_open="true"),
        opened("5_Contrast", project="mine", contrast="People and judge"),
    )
    pages[1].session_state["review_team_open"] = True
    pages[1].run()
    known = {"status": STATUSES.values(), "review_decision": DECISIONS.values(), "blind": ("true",)}
    asked = [
        (name, value)
        for test in pages
        for link in test.get("page_link")
        for name, values in parse_qs(link.proto.query_string).items()
        for value in values
        if name in known
    ]
    assert {name for name, _ in asked} == set(known)
    assert all(value in known[name] for name, value in asked)


def test_a_share_is_the_reviewers_own_and_shares_cover_all(mine):
    with mine.open() as store:
        store.settings.set("review_team", ["ann", "bob", "cyd"])
        store.decisions.verdicts.set_minimum(2)
    shares = [
        desk(opened("6_Review", project="mine", reviewer=name, review_share="true"))["total"]
        for name in ("ann", "bob", "cyd")
    ]
    assert sum(shares) == 2 * desk(opened("6_Review", project="mine"))["total"]


def test_the_cards_of_a_reviewer_show_only_their_own_decision_as_made(mine):
    with mine.open() as store:
        pair = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))[0]
        store.decisions.decide(Decision(pair, "accept", "ann", "strong"))
        store.studio.remark(store.pairs.get(pair, 3, 4).instruction_id, "drift", "other letters")
    test = opened("6_Review", project="mine", reviewer="bob", review_by="ann", review_decision="not by me")
    ((_, card),) = desk(test)["cards"]
    assert card["decision"] is None
    assert [(each["who"], each["what"]) for each in card["said"]] == [("ann", "accepted: strong")]
    assert card["verdict"] == "stands accepted, decided by ann"
    assert card["remarks"] == ["drift: other letters"]


def test_who_settles_a_conflict_sees_what_each_edited(mine):
    with mine.open() as store:
        one, *_ = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))
        pair = store.pairs.get(one, 3, 4)
        store.decisions.decide(Decision(one, "accept", "ann", "strong", response=f"{pair.strong} Indeed."))
        store.decisions.decide(Decision(one, "accept", "bob", "target", instruction="Quite another"))
    test = opened("6_Review", project="mine", reviewer="ann", review_decision="in conflict")
    ((_, card),) = desk(test)["cards"]
    assert card["conflict"]
    assert card["decision"]["response"] == f"{pair.strong} Indeed."
    ((name, pieces),) = card["decision"]["changes"]
    assert name == "Answer"
    assert "".join(text for kind, text in pieces if kind != "new") == pair.strong
    assert "".join(text for kind, text in pieces if kind != "gone") == f"{pair.strong} Indeed."
    (bob,) = card["said"]
    assert (bob["who"], bob["answer"], bob["instruction"], bob["response"]) == (
        "bob",
        "target",
        "Quite another",
        None,
    )
    assert [name for name, _ in bob["changes"]] == ["Instruction"]


def test_what_others_save_about_the_team_is_not_overwritten(mine):
    def kept():
        with mine.open(readonly=True) as store:
            read = store.settings.get
            return read("review_guidelines"), read("review_team"), store.decisions.verdicts.minimum

    test = opened("6_Review", project="mine")
    test.session_state["review_team_open"] = True
    test.run()
    with mine.open() as store:
        store.settings.set("review_guidelines", "Of another.")
    test.number_input(key="review_minimum").set_value(2)
    test.text_input(key="review_team_names").set_value("Ann, Bob")
    pressable(test, "Save").click().run()
    assert kept() == ("Of another.", ["Ann", "Bob"], 2)
    assert test.text_area(key="review_guidelines_text").value == "Of another."
    with mine.open() as store:
        store.settings.set("review_guidelines", "Of a third.")
        store.settings.set("review_team", ["Cyd"])
    test.text_area(key="review_guidelines_text").set_value("Of mine.")
    pressable(test, "Save").click().run()
    assert kept()[0] == "Of a third."
    assert any("somebody else changed" in each.value for each in test.error)
    pressable(test, "Save").click().run()
    assert kept() == ("Of mine.", ["Cyd"], 2)
    assert not test.error


def bulk(test, what, count, reason=""):
    """Fill in the form of `Decide all at once` and send it."""
    test.session_state["review_bulk_open"] = True
    test.run()
    if what:
        test.segmented_control(key="review_bulk_what").set_value(what)
    if reason:
        test.text_input(key="review_bulk_reason").set_value(reason)
    test.text_input(key="review_bulk_count").set_value(str(count))
    pressable(test, "Decide all").click().run()


def test_all_but_the_best_of_near_pairs_are_rejected_together():
    words = "Plan a walk through the hills for a family with two small"
    made = pairing.project("alike", texts=[f"{words} {each}" for each in ("children", "dogs", "ponies")])
    test = opened("6_Review", project="alike", review_marks="near-duplicates")
    assert desk(test)["total"] == 3
    test = opened("6_Review", project="alike", review_marks="spare near-duplicates")
    spare = [card["id"] for _, card in desk(test)["cards"]]
    assert len(spare) == desk(test)["total"] == 2
    bulk(test, "Reject", 2)
    with made.open(readonly=True) as store:
        assert {store.decisions.verdict(each)[0].verdict for each in spare} == {"reject"}
        assert store.decisions.together() == 2


def test_bulk_needs_a_choice_and_the_number_and_is_undone_as_one_step(mine):
    test = opened("6_Review", project="mine", review_use="case 0")
    total = desk(test)["total"]
    bulk(test, None, total)
    assert "choose Accept the winners or Reject" in test.error[0].value
    bulk(test, "Reject", 7, "too easy")
    assert "type" in test.error[0].value.lower()
    assert test.text_input(key="review_bulk_count").value == ""
    assert test.text_input(key="review_bulk_reason").value == "too easy"
    bulk(test, None, total)
    with mine.open() as store:
        one, *_ = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept", use_case="case 0"))
        assert store.decisions.verdict(one)[0].reasons == ("too easy",)
        assert store.decisions.reviewers() == [("", total)]
        assert store.decisions.together() == total
        store.decisions.undo()
        assert store.decisions.reviewers() == []


def test_bulk_leaves_out_what_was_decided_since_the_queue_was_made(mine):
    test = opened("6_Review", project="mine")
    total = desk(test)["total"]
    with mine.open() as store:
        one, two, *_ = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))
        store.decisions.decide(Decision(one, "accept"))
        store.decisions.decide(Decision(two, "accept", "bob"))
    bulk(test, "Reject", total)
    assert f"{total - 2} pairs of this queue match now" in test.error[0].value
    assert test.text_input(key="review_bulk_count").label == f"Type {total - 2} to confirm"
    bulk(test, "Reject", total - 2)
    with mine.open(readonly=True) as store:
        assert store.decisions.together() == total - 2
        assert store.decisions.verdict(one)[0].verdict == "accept"
        assert store.decisions.verdict(two)[0].verdict == "accept"


def test_what_the_search_finds_among_the_decided_is_a_button_away(mine):
    with mine.open() as store:
        one, *_ = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))
        words = " ".join(reversed(store.pairs.get(one, 3, 4).instruction.split()))
        found = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept", search=words))
        store.decisions.decide_all(found, "accept")
    test = opened("6_Review", project="mine", review_search=words)
    assert desk(test)["total"] == 0
    pressable(test, f"Show {len(found)} among the decided").click().run()
    assert [card["id"] for _, card in desk(test)["cards"]] == found
    assert test.selectbox(key="review_decision").value == "any"
    test = opened("6_Review", project="mine", review_search=one, review_gap="1,2", status="improved")
    pressable(test, "Clear the filters").click().run()
    assert desk(test)["total"] == desk(opened("6_Review", project="mine"))["total"] > 0
    test = opened("6_Review", project="mine", review_search=one, status="improved")
    pressable(test, "Show 1 pair in other states").click().run()
    assert [card["id"] for _, card in desk(test)["cards"]] == [one]


def test_who_asks_for_one_reviewers_pairs_gets_the_decided(mine):
    with mine.open() as store:
        one, two, *_ = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))
        for pair, who in ((one, "ann"), (two, "bob")):
            store.decisions.decide(Decision(pair, "accept", who))
    test = opened("6_Review", project="mine")
    test.selectbox(key="review_by").select("ann").run()
    assert [card["id"] for _, card in desk(test)["cards"]] == [one]
    assert test.selectbox(key="review_decision").value == "any"
    test = opened("6_Review", project="mine", review_by="ann")
    assert desk(test)["total"] == 0
    pressable(test, "Show 1 among the decided").click().run()
    assert [card["id"] for _, card in desk(test)["cards"]] == [one]


def test_the_grid_draws_blind_without_scores(mine):
    test = opened("6_Review", project="mine", review_view="Grid", blind="true")
    assert {"Left", "Right"} <= set(test.dataframe[0].value.columns)
    assert "Gap" not in test.dataframe[0].value.columns


def test_blind_the_grid_shows_the_gap_of_what_was_decided_and_no_none(mine):
    test = opened("6_Review", project="mine", review_view="Grid", blind="true")
    with mine.open() as store:
        pair = store.pairs.page(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))[0]
        store.decisions.decide_all([pair.id], "accept")
    test.run()
    gaps = list(test.dataframe[0].value["Gap"])
    assert sorted(map(bool, gaps))[-2:] == [False, True]
    assert set(map(type, gaps)) == {str}
    test.session_state["review_bulk_open"] = True
    labels = [each.label for each in test.run().button]
    assert "Decide all" in labels
    assert labels.count("Undo the last decision") == 1


def test_of_very_many_pairs_review_offers_where_to_begin(mine, monkeypatch):
    monkeypatch.setattr("codeclm.ui.review.how.MANY", 2)
    orders = [
        parse_qs(link.proto.query_string).get("review_order")
        for link in _links(opened("6_Review", project="mine"))
    ]
    assert orders == [["nearest to θ first"], ["at random"]]
    for order in orders:
        test = opened("6_Review", project="mine", review_order=order[0])
        assert test.selectbox(key="review_order").value != "lineage"
        assert _links(test) == []


def _links(test):
    return [link for link in test.get("page_link") if "review_order" in link.proto.query_string]
