"""What the Map page works out without drawing: picking, colours, the tree's rows."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from codeclm.charts import atlas as charts
from codeclm.charts import shares
from codeclm.store.maps import KINDS, Cluster
from codeclm.store.sheet import Labelled, Reached, Spots
from codeclm.ui.columns import Clustered, Fates, Labels, Nodes, Placed
from codeclm.ui.map import draw, held
from codeclm.ui.map.colours import BY, colouring
from codeclm.ui.map.data import Atlas
from codeclm.ui.map.pick import outline, picked, within
from codeclm.ui.map.points import missing, points
from codeclm.ui.map.tree import sheet

GRID = np.array([(x, y) for x in range(5) for y in range(5)], np.float32)
SQUARE = {"x": [0.5, 2.5, 2.5, 0.5], "y": [0.5, 0.5, 2.5, 2.5]}
NONE = {"points": [], "box": [], "lasso": []}


NOTHING = Placed(Spots([], [], [], [], [], []))


def labelled(number, seed, use_case, skills):
    """Metadata with its labels, as the store reads them."""
    lists = [*dict.fromkeys(skills)]
    return Labelled(number, seed, use_case, [*map(lists.index, skills)], lists)


def point(**fields):
    """An instruction as it may be drawn; `kind` another one, whose labels it has."""
    known = {
        "kind": "instructions", "cluster": 1, "use_case": "a", "skills": ("s",), "state": "kept",
        "iteration": 1, "gap": 4.0, "decision": "",
    }  # fmt: skip
    return {**known, **fields}


def atlas_of(asked, clusters=2):
    """A map of these, each instruction or seed with metadata of its own, of the same number from 1 on."""
    count = len(asked)
    numbers = list(range(1, count + 1))
    of_kind = {kind: [n for n in numbers if asked[n - 1]["kind"] == kind] for kind in KINDS}
    placed = {
        kind: Placed(
            Spots(
                [f"{n:020x}" for n in mine],
                [float(n) for n in mine],
                [0.0 for _ in mine],
                [asked[n - 1]["cluster"] for n in mine],
                mine,
                [0 if kind == "seeds" else n for n in mine],
            )
        )
        for kind, mine in of_kind.items()
    }
    known = labelled(
        numbers,
        [n if n in of_kind["seeds"] else 0 for n in numbers],
        [each["use_case"] for each in asked],
        [each["skills"] for each in asked],
    )
    mine = of_kind["instructions"]
    shown = [asked[n - 1] for n in mine]
    reached = Reached(
        mine, mine, [each["iteration"] for each in shown], [0 for _ in shown],
        [each["gap"] for each in shown], [each["state"] for each in shown], mine,
    )  # fmt: skip
    verdicts = {n: each["decision"] for n, each in zip(mine, shown, strict=True) if each["decision"]}
    found = points(placed, Labels().revised(known), Nodes.of(reached), Fates(verdicts, {}, []))
    named = {number: Cluster(number, f"Cluster {number}") for number in range(1, clusters + 1)}
    return Atlas(found, named, 0, count, 0)


def test_a_lasso_takes_what_it_surrounds():
    rows = picked({**NONE, "lasso": [SQUARE]}, GRID, None)
    assert {tuple(GRID[row]) for row in rows} == {(1, 1), (1, 2), (2, 1), (2, 2)}


def test_a_box_and_a_lasso_add_up():
    box = {"x": [4.5, 3.5], "y": [-1, 9]}
    rows = picked({**NONE, "lasso": [SQUARE], "box": [box]}, GRID, None)
    assert len(rows) == 4 + 5


def test_clicks_count_where_nothing_is_drawn_and_on_either_trace():
    clicks = [{"point_index": 3, "curve_number": 0}, {"point_index": 1, "curve_number": 1}]
    assert picked({**NONE, "points": clicks}, GRID, np.array([7, 9])).tolist() == [3, 9]
    assert picked({**NONE, "points": clicks, "lasso": [SQUARE]}, GRID, None).tolist() != [3, 9]
    assert picked({**NONE, "points": [{"point_index": 99}]}, GRID, None).tolist() == []


def test_an_outline_is_small_whatever_it_surrounds():
    told = {**NONE, "points": [{"point_index": n, "x": 1.0} for n in range(999)], "lasso": [SQUARE]}
    kept = outline(told)
    assert "points" not in kept
    assert np.array_equal(picked(kept, GRID, None), picked(told, GRID, None))
    assert outline({**NONE, "points": [{"point_index": 4, "customdata": "x"}]}) == {
        "points": [{"point_index": 4, "curve_number": 0}]
    }


@example([(0.0, 0.0), (0.0, 1.0), (2.0, 1.1125369292536007e-308)])
@given(some.lists(some.tuples(some.floats(-9, 9), some.floats(-9, 9)), max_size=9))
def test_no_outline_takes_what_is_outside_its_bounds(corners):
    x, y = [each[0] for each in corners], [each[1] for each in corners]
    inside = GRID[within(GRID, x, y)]
    if len(inside):
        assert inside[:, 0].min() >= min(x)
        assert inside[:, 1].max() <= max(y)


@pytest.mark.parametrize("by", BY)
def test_every_point_gets_a_colour(by):
    asked = [
        point(), point(cluster=0, use_case="", skills=(), gap=None), point(kind="metadata"),
        point(kind="seeds"), point(decision="accept", gap=-2.0, iteration=3, state="improved"),
    ]  # fmt: skip
    found = colouring(atlas_of(asked), by)
    assert len(found.codes) == 5
    if found.span is None:
        assert len(found.names) == len(found.colours) == len(found.shapes) > found.codes.max()
    assert found.of(np.array([0, 4])).codes.tolist() == found.codes[[0, 4]].tolist()


def test_what_each_point_is_coloured_by():
    asked = [point(kind="seeds"), point(kind="metadata"), point(decision="accept", gap=-2.0, iteration=3)]
    atlas = atlas_of(asked)
    told = {by: colouring(atlas, by) for by in BY if by != "gap"}
    names = {by: [each.names[code] for code in each.codes] for by, each in told.items()}
    assert names["kind"] == ["metadata", "seeds", "instructions"]
    assert names["use case"] == ["a", "a", "a"]
    assert names["winner"] == ["none", "none", "target"]
    assert names["decision"] == ["none", "none", "accept"]
    assert names["iteration"] == ["none", "none", "3"]
    assert names["state"] == ["active", "none", "kept"]
    assert names["cluster"] == ["Cluster 1"] * 3


def test_what_went_or_was_set_aside_is_no_point():
    labels = Labels().revised(labelled([1, 2, 3], [7, 0, 8], ["a", "", "b"], [(), (), ()]))
    rows = Placed(
        Spots(["11" * 10, "22" * 10, "33" * 10], [0.0] * 3, [0.0] * 3, [0] * 3, [1, 2, 3], [1, 2, 3])
    )
    seeds = Placed(Spots(["77" * 10, "88" * 10], [0.0] * 2, [0.0] * 2, [0] * 2, [7, 8], [0, 0]))
    placed = {"metadata": rows, "seeds": seeds, "instructions": NOTHING}
    none = Nodes.of(Reached([], [], [], [], [], [], []))

    def left(set_aside, deleted):
        return points(placed, labels, none, Fates({}, set_aside, deleted)).ids

    assert left({}, []) == ["11" * 10, "33" * 10, "77" * 10, "88" * 10]
    assert left({1: "excluded", 3: "proposed"}, []) == ["33" * 10, "77" * 10, "88" * 10]
    assert left({}, [8]) == ["11" * 10, "77" * 10]


def test_what_is_not_on_the_map_is_counted():
    labels = Labels().revised(labelled([1, 2, 3, 4], [7, 0, 8, 0], ["a", "", "b", "c"], [(), (), (), ()]))
    nodes = Nodes.of(Reached([5, 6], [1, 3], [1, 1], [0, 0], [None, None], ["pending"] * 2, [None, None]))
    clustered = {
        "metadata": Clustered([1], [3]),
        "seeds": Clustered([7, 8], [0, 0]),
        "instructions": Clustered([6], [0]),
    }

    def left(set_aside, deleted, seeds):
        return missing(clustered, labels, nodes, Fates({}, set_aside, deleted), seeds)

    assert left({}, [], 3) == 2 + 1 + 1, "metadata 3 and 4, a node, a seed; blank metadata has no place"
    assert left({4: "excluded"}, [8], 2) == 0 + 1 + 1


def test_clusters_by_size():
    assert Clustered([1, 2, 5, 7], [3, 0, 3, 9]).sizes() == [(3, 2), (9, 1)]


def test_labels_read_again_take_the_place_of_the_old():
    labels = Labels().revised(labelled([1, 2], [7, 0], ["a", "b"], [("x",), ("y",)]))
    again = labels.revised(labelled([2, 3], [0, 9], ["c", "a"], [("x",), ()]))
    assert [again.uses[code] for code in again.use[1:]] == ["a", "c", "a"]
    assert [again.lists[code] for code in again.skills[1:]] == [("x",), ("x",), ()]
    assert (again.of_seed[7], again.of_seed[9]) == (1, 3)
    assert [labels.uses[code] for code in labels.use[1:]] == ["a", "b"]
    whole = labels.single
    more = labels.revised(labelled([1, 4], [7, 0], ["a", "b"], [("z", "x"), ()])).single
    assert (whole.names, more.names) == (["x", "y"], ["x", "y", "z"])
    assert (more.list.tolist(), more.skill.tolist(), more.lists) == ([0, 1, 3, 3], [0, 1, 2, 0], 4)


def test_where_clusters_share_a_colour_they_have_another_sign_and_are_far_apart():
    atlas = atlas_of([point(cluster=n) for n in range(1, 31) for _ in range(3)], clusters=30)
    found = colouring(atlas, "cluster")
    looks = list(zip(found.colours, found.shapes, strict=True))
    assert len(set(looks)) == 30
    for at in range(len(looks) - 1):
        assert found.colours[at] != found.colours[at + 1], "neighbours in a row of clusters"
    signs = (
        charts.points(charts.Sheet(*GRID[:3].T, np.array([0, 1, 2]), ["#111111"] * 3, shapes=[0, 1, 2]))
        .data[0]
        .marker.symbol
    )
    assert len(set(signs)) == 3


def test_a_cluster_keeps_its_colour_whatever_is_excluded():
    sizes = {1: 9, 2: 6, 3: 4}
    whole = colouring(atlas_of([point(cluster=n) for n in sizes for _ in range(sizes[n])]), "cluster")
    fewer = colouring(
        atlas_of([point(cluster=n) for n in sizes for _ in range(sizes[n] if n > 1 else 1)]), "cluster"
    )
    assert (whole.names, whole.colours) == (fewer.names, fewer.colours)


def test_the_unclustered_come_last_and_grey():
    found = colouring(atlas_of([point(), point(cluster=0), point(cluster=2)]), "cluster")
    assert found.names[-1] == "unclustered"
    assert found.codes.tolist()[1] == len(found.names) - 1


def test_many_groups_share_the_last_colour():
    found = colouring(atlas_of([point(use_case=f"use {n}") for n in range(40)]), "use case")
    assert found.names[-1] == "others"
    assert len(found.names) < 20


def test_a_hostile_name_in_a_figure_is_only_text():
    shown = charts.label('<a href="http://x">b</a> &lt; $x$', 100)
    assert not set("<>&$") & set(shown)


def test_names_that_would_cover_one_another_make_way_or_are_left_out():
    grid = charts.Sheet(GRID[:, 0], GRID[:, 1], np.zeros(25, np.uint8), ["#000000"])
    names = [charts.Name(0, 0, f"name {n}") for n in range(5)] + [charts.Name(4, 4, "far")]
    shown = charts.apart(names, grid)
    assert [name.text for name in shown] == ["name 0", "name 1", "name 2", "far"]
    assert len({name.y for name in shown[:3]}) == 3
    aside = [charts.Name(0, 0, "short"), charts.Name(0.5, 0, "short too")]
    assert charts.apart(aside, grid) == aside


def test_points_without_a_gap_have_a_colour_of_their_own_below_the_scale():
    found = colouring(atlas_of([point(gap=-3.0), point(gap=None), point(gap=0.0)]), "gap")
    assert found.codes[1] < found.span[0] <= found.codes[0] < found.codes[2]
    marker = charts.points(charts.Sheet(*GRID[:3].T, found.codes, found.colours, found.span)).data[0].marker
    grey = marker.colorscale[1]
    assert (found.codes[1] - marker.cmin) / (marker.cmax - marker.cmin) < grey[0]
    assert grey[1] == marker.colorscale[0][1] != marker.colorscale[2][1]


def test_the_payload_holds_numbers_not_texts():
    count = 50_000
    values = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    codes = (np.arange(count) % 60).astype(np.uint8)
    figure = charts.points(charts.Sheet(values[:, 0], values[:, 1], codes, ["#111111"] * 60))
    assert len(figure.to_json()) < 2_000_000


def test_rows_of_the_tree_cover_every_metadata_once_for_each_skill():
    counted = [("travel", "maps", 3, 2, 1), ("travel", "", 1, 0, 0), ("code", "tests", 2, 0, 0)]
    rows = sheet(counted, "accepted of kept")
    assert rows[0] == ("travel", "", 1, 0.5)
    assert ("travel", "maps", 3, 0.5) in rows
    assert ("code", "tests", 2, None) in rows
    assert sheet(counted, "kept per metadata")[-1] == ("code", "tests", 2, 0.0)


def test_a_long_name_is_shown_by_the_parts_that_have_room():
    assert charts.headline("Lesson planning, concept explanation, API documentation") == "Lesson planning"
    assert charts.headline("Wellness, personal budgeting") == "Wellness, personal budgeting"
    alike = [f"Role play for beginners of history, {rest}" for rest in ("memory leak, retry loop", "canals")]
    assert charts.headlines([*alike, "Soup"]) == ["memory leak, retry loop", "canals", "Soup"]
    assert charts.headlines(["Soup", "Soup"]) == ["Soup", "Soup"]


def test_tiles_go_from_brown_to_green_and_no_scale_paints_their_ground():
    figure = shares.tree([("a", "", 1, None), ("a", "x", 2, 0.0), ("a", "y", 3, 1.0)], "kept")
    tiles = figure.data[0]
    assert tiles.marker.colors == ("#8C9994", "#C98A4B", "#44A396")
    assert tiles.marker.colorscale is None


def test_names_of_tiles_stand_on_two_lines_and_are_told_whole_on_hover():
    rows = [("customer support reply", "", 1, None), ("customer support reply", "<b>tone</b>", 2, 0.5)]
    tiles = shares.tree([*rows, ("", "", 1, None)], "kept").data[0]
    assert tiles.labels == ("customer<br>support reply", "", "‹b›tone‹/b›")
    assert [each[0] for each in tiles.customdata] == ["customer support reply", "", "‹b›tone‹/b›: 2 metadata"]


def test_of_a_lasso_only_the_outline_stays_and_told_again_it_takes_nothing_back(monkeypatch):
    page = SimpleNamespace(session_state={}, query_params={})
    monkeypatch.setattr(held, "st", page)

    def told(of="mine"):
        points = [{"point_index": n, "x": 1.0} for n in range(999)]
        sent = {**NONE, "points": points, "point_indices": [*range(999)], "lasso": [SQUARE]}
        page.session_state[held.chart_key(of)] = {"selection": sent}
        held.draw(of)
        assert not sent["points"] + sent["point_indices"]
        return page.session_state.get("map_held")

    drawn = {"of": "mine", "outline": outline({**NONE, "lasso": [SQUARE]})}
    assert told() == drawn
    page.session_state["map_held"] = other = {"of": "mine", "by": "kind", "groups": ["seeds"]}
    assert told() == other, "a browser says it with every click"
    held.marked("another look", np.zeros(0, np.int64))
    assert told() == drawn, "drawn anew on a new chart"


@pytest.mark.parametrize(
    ("progress", "share", "doing"),
    [
        ({}, 0.0, "Looking for what is new…"),
        ({"embed": (0, 1200)}, 0.0, "Reading texts: 0 of 1,200, once the embedding model is loaded"),
        ({"embed": (300, 1200)}, 0.25, "Reading texts: 300 of 1,200"),
        ({"embed": (1200, 1200), "draw": (2, 4)}, 0.5, "Laying the map out… (3 of 4)"),
        ({"draw": (4, 4)}, 1.0, "Naming clusters by their words… (4 of 4)"),
    ],
)
def test_a_drawing_says_which_part_of_its_work_it_does(progress, share, doing):
    assert draw._far(SimpleNamespace(progress=progress)) == (share, doing)
    assert draw._far(None) == (0.0, "Looking for what is new…")


def test_where_both_sides_are_alike_the_seeds_are_a_ring_around_the_other():
    other, seeds = shares.beside(["a"], [0.5], [0.5], "kept").data
    assert (other.name, seeds.name, seeds.marker.symbol) == ("kept", "seeds", "circle-open")
    assert seeds.marker.size - seeds.marker.line.width > other.marker.size
