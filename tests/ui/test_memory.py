"""The collector leaves what stands after the imports alone, and still finds what comes later."""

import gc
import weakref

from codeclm.ui.memory import settle


class Loop:
    """An object that holds itself."""

    def __init__(self):
        self.me = self


def test_modules_are_out_of_sight_and_later_garbage_is_found():
    settle.clear()
    settle()
    try:
        assert gc.get_freeze_count() > 10 * len(gc.get_objects())
        gone = weakref.ref(Loop())
        gc.collect()
        assert gone() is None
    finally:
        gc.unfreeze()
