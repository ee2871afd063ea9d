"""A run whose built-in server dies under it, again and again."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

from codeclm import export
from codeclm.jobs.order import Order
from codeclm.jobs.run import run
from codeclm.records import Seed
from codeclm.settings import Endpoint
from codeclm.store import Store


def test_a_run_outlives_the_server_it_asks_and_asks_only_for_what_was_lost(fake, tmp_path, until):
    model, place = fake()
    log = place.folder / "asked"

    def asked():
        return log.read_text().splitlines() if log.exists() else []

    def made(name):
        path = tmp_path / name
        with Store.open(path, create=True) as store:
            store.seeds.add(Seed(f"Explain thing number {number}.") for number in range(8))
            for role in ("strong", "target", "judge"):
                store.settings.set_endpoint(role, Endpoint(url="builtin", model=model))
        return path

    def finished(path):
        assert run(path, Order(), lambda line: None, lambda line: None).status == 0
        out = path.with_suffix(".jsonl")
        with Store.open(path) as store:
            export.write(store, out, export.Options(format="dpo", include="all"))
            assert store._db.value("pragma integrity_check") == "ok"
        return out.read_bytes()

    def kill(times):
        for time in range(1, times + 1):
            until(lambda: len(asked()) >= len(once) + time * len(once) // (times + 1), 60)  # noqa: B023
            until(place.read)
            os.kill(place.read().pid, signal.SIGKILL)

    wanted = finished(made("whole.db"))
    once = asked()
    with ThreadPoolExecutor() as pool:
        killing = pool.submit(kill, 3)
        assert finished(made("killed.db")) == wanted
        killing.result()
    again = asked()[len(once) :]
    assert set(once) == set(again)
    assert len(again) <= len(once) + 3 * place.read().slots  # what was in flight
    assert (place.folder / "starts").read_text() == "xxxx"
