"""Jobs that ask no endpoint: however one ends, its row says so."""

from contextlib import suppress

import pytest

from codeclm.errors import CodecError
from codeclm.jobs.local import local
from codeclm.jobs.stopping import Stopped
from codeclm.store import Store


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (None, "done", ""),
        (CodecError("no room"), "failed", "no room"),
        (KeyboardInterrupt(), "stopped", "kept"),
    ],
)
def test_a_row_tells_how_the_job_ended(tmp_path, error, state, message):
    with Store.open(tmp_path / "p.db", create=True) as store:
        with suppress(CodecError, KeyboardInterrupt), local(store, "map", {"anew": True}, print, "kept"):
            if error:
                raise error
        job = store.jobs.page(limit=1)[0]
        assert (job.kind, job.command, job.state, job.message) == ("map", {"anew": True}, state, message)


def test_it_hears_that_it_shall_stop(tmp_path):
    said = []

    def work(store):
        with local(store, "map", {}, said.append, "kept") as job:
            job.embedding(1, 3)
            store.jobs.ask_stop(store.jobs.page(limit=1)[0].id)
            job.embedding(2, 3)

    with Store.open(tmp_path / "p.db", create=True) as store:
        with pytest.raises(Stopped, match="kept"):
            work(store)
        assert store.jobs.page(limit=1)[0].progress["embed"] == (2, 3)
    assert said == ["embedding 1/3", "embedding 2/3"]
