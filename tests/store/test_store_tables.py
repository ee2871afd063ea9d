"""The hash by which a project is known is that of the newest schema, whichever way it came about."""

from codeclm.store import Store, tables
from tests.store.test_store_open import NAMES, old_project


def test_the_hash_is_that_of_the_newest_schema(tmp_path):
    # build() and the migrations run before the hash is asked for, so that a new one can be read off here
    old_project(tmp_path / "old.db", len(NAMES))
    from codeclm.store.connection import Connection

    db = Connection(tmp_path / "old.db")
    assert tables.shape(db) == tables.SHAPE, "write this hash into codeclm/store/tables.py"
    db.close()


def test_a_copy_and_a_vacuum_keep_it(tmp_path):
    with Store.open(tmp_path / "a.db", create=True) as store:
        store._db.execute("vacuum")
        store._db.execute("analyze")
        store.copy(tmp_path / "b.db")
    Store.open(tmp_path / "b.db").close()
    Store.open(tmp_path / "a.db").close()
