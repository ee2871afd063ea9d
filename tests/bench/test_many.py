from codeclm.store import PairFilter, Store
from tests.bench.many import CONFIG, DIALS, build

HERE = CONFIG.id, DIALS.theta, DIALS.iterations


def test_the_same_seed_makes_the_same_project(tmp_path):
    for name in ("one", "two"):
        build(tmp_path / f"{name}.db", 40, seed=3)
    with Store.open(tmp_path / "one.db") as one, Store.open(tmp_path / "two.db") as two:
        assert one.pairs.ids(*HERE) == two.pairs.ids(*HERE)
        assert one.seeds.ids() == two.seeds.ids()
        assert one.maps.places() == two.maps.places()
        assert one.funnel(*HERE) == two.funnel(*HERE)


def test_it_holds_what_a_run_would_have_left(tmp_path):
    build(tmp_path / "big.db", 60)
    with Store.open(tmp_path / "big.db") as store:
        funnel = store.funnel(*HERE)
        assert (funnel.seeds, funnel.comparisons) == (60, 60)
        assert min(funnel.kept, funnel.exhausted, funnel.pending, funnel.accepted, funnel.calls) > 0
        assert len(store.maps.sources(store.maps.kinds(), CONFIG.id)) == len(
            store.maps.points(store.maps.kinds(), CONFIG.id)
        )
        pair = store.pairs.page(*HERE, PairFilter(status="kept"), limit=1)[0]
        assert {call.stage for call in store.calls.rows(limit=500)} > {"answer", "judge"}
        assert pair.strong
        assert pair.target
