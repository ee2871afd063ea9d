from dataclasses import replace

import pytest

from codeclm.cli.parser import build as parser
from codeclm.jobs.order import config_for, unpriced
from codeclm.records import Answer, Comparison, Instruction, Labels, Metadata, RubricSet, Scores, Seed
from codeclm.settings import Dials, Endpoint
from codeclm.store import Store
from codeclm.ui.generate.plan import Wanted, begin_with, carried, forecast, warnings
from codeclm.ui.generate.quote import order_of

BIG = Endpoint(url="http://127.0.0.1:1/v1", model="big")
SMALL = Endpoint(url="http://127.0.0.1:1/v1", model="small")
MODELS = {"strong": BIG, "target": SMALL}


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "p.db", create=True) as store:
        store.seeds.add([Seed(f"seed {n}") for n in range(10)])
        yield store


def test_a_fresh_project(store):
    coming = forecast(store, Wanted(Dials()), MODELS)
    assert (coming.seeds, coming.metadata, coming.fresh) == (10, 10, 10)
    assert coming.least == 10 + 10 * 5
    assert coming.most == 10 + 10 * (1 + 4 * 5)
    assert (coming.going, coming.lineages) == (0, 10)
    assert coming.same_config
    assert not coming.nothing


def test_limits_reach_and_more_instructions(store):
    assert forecast(store, Wanted(Dials(), limit=3), MODELS).seeds == 3
    only = forecast(store, Wanted(Dials(), reach="encode"), MODELS)
    assert (only.metadata, only.least, only.most) == (0, 10, 10)
    basic = forecast(store, Wanted(Dials(per_metadata=2), reach="decode"), MODELS)
    assert basic.least == basic.most == 10 + 20
    store.metadata.add([Metadata("manual", Labels("poem", ("rhyme",)))])
    assert forecast(store, Wanted(Dials()), MODELS).metadata == 11
    assert forecast(store, Wanted(Dials(), limit=2), MODELS).metadata == 2


def test_what_lineages_have_behind_them_is_not_to_come(store):
    wanted = Wanted(Dials(iterations=4))
    config = config_for(store, MODELS, wanted.dials)
    store.settings.use_config(config)
    store.seeds.delete(store.seeds.ids())
    row = Metadata("manual", Labels("poem", ("rhyme",)))
    store.metadata.add([row])
    node = Instruction(row.id, row.revision, "Say")
    store.lineages.add([node], config.id)
    found = forecast(store, wanted, MODELS)
    assert (found.metadata, found.least, found.most) == (1, 2, 1 + 4 + 5 * 3)
    assert (found.going, found.lineages) == (1, 1)
    answers = [Answer(node.id, role, config.id, role) for role in ("strong", "target")]
    scored = Comparison(node.id, *(each.id for each in answers), config.id, Scores(5, 5), Scores(5, 5))
    store.lineages.add([*answers, scored], config.id)
    found = forecast(store, wanted, MODELS)
    assert (found.metadata, found.least, found.most) == (1, 5, 1 + 5 * 3)
    rubrics = RubricSet(row.revision, config.id, ("How far",), ("Go further",))
    store.lineages.add([rubrics], config.id)
    assert forecast(store, wanted, MODELS).most == 5 * 3
    assert forecast(store, replace(wanted, dials=Dials(per_metadata=3)), MODELS).most == 5 * 3 + 2 * 5 * 4


def test_what_changed_in_the_project_counts_and_all_else_that_was_set_stays():
    before = Wanted(Dials(theta=3), limit=9)
    last = Wanted(Dials(theta=2, iterations=6), "decode", limit=4, max_calls=5, budget=0.0)
    assert carried(before, before, last) == last
    given = Wanted(Dials(theta=3, per_metadata=2), limit=9)
    assert carried(before, given, last) == replace(last, dials=Dials(theta=2, iterations=6, per_metadata=2))
    cut_short = Wanted(Dials(theta=1), "encode", max_calls=7)
    found = Wanted(Dials(theta=1, iterations=6), "encode", limit=4, max_calls=7, budget=0.0)
    assert carried(before, cut_short, last) == found
    assert carried(cut_short, Wanted(Dials(theta=1)), found) == found


def test_labels_are_mixed_however_far_the_run_goes(store):
    wanted = Wanted(Dials(), reach="encode", augment_to=14)
    assert set(order_of(wanted).wanted) == {"encode", "augment"}
    assert begin_with(Dials(), order_of(wanted).as_dict()) == wanted
    store.metadata.add([Metadata("manual", Labels("poem", ("rhyme",)))])
    assert forecast(store, wanted, MODELS).mixed == 14 - 11
    few = forecast(store, replace(wanted, augment_to=11), MODELS)
    assert (few.mixed, few.nothing) == (0, False)


def test_to_mix_alone_is_something_to_do_and_no_more_than_there_is_is_not(tmp_path):
    with Store.open(tmp_path / "e.db", create=True) as store:
        store.metadata.add([Metadata("manual", Labels("poem", ("rhyme",)))])
        coming = [forecast(store, Wanted(Dials(), "encode", augment_to=to), MODELS) for to in (1, 2)]
    assert [each.nothing for each in coming] == [True, False]


def test_an_empty_project_has_nothing_to_do(tmp_path):
    with Store.open(tmp_path / "e.db", create=True) as store:
        assert forecast(store, Wanted(Dials()), MODELS).nothing


def test_warnings_name_what_judges_itself():
    assert len(warnings({"strong": Endpoint(), "target": Endpoint()})) == 2
    assert len(warnings(MODELS)) == 1
    assert warnings({**MODELS, "judge": SMALL}) == []


def test_a_budget_needs_every_price():
    free = {"strong": Endpoint(), "target": Endpoint()}
    assert not unpriced(free)
    assert unpriced({**free, "target": SMALL}) == "the target"
    assert unpriced(MODELS) == "the strong model and the target"
    assert unpriced({**MODELS, "judge": SMALL}) == "the strong model, the target and the judge"


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(Dials()),
        Wanted(Dials(theta=2.5, iterations=2, per_metadata=3, seed=7, profile="small"), limit=5, max_calls=9),
        Wanted(Dials(), reach="encode", concurrency=4),
        Wanted(Dials(), budget=0.5, augment_to=20),
        Wanted(Dials(), reach="encode", augment_to=20),
        Wanted(Dials(theta=0.12345678), budget=12345.678),
        Wanted(Dials(theta=32.5)),
    ],
)
def test_the_words_are_those_of_the_command_line(wanted):
    args = vars(parser().parse_args(["run", *wanted.arguments()]))
    dials = {name: args[name] for name in Dials.model_fields}
    assert Dials(**dials) == wanted.dials
    assert (args["limit"], args["max_calls"], args["concurrency"]) == (
        wanted.limit, wanted.max_calls, wanted.concurrency,
    )  # fmt: skip
    assert args["budget"] == wanted.budget
    assert args["stages"] == (None if wanted.reach == "all" else wanted.stages)
    assert args["augment_to"] == wanted.augment_to
