from pathlib import Path

import pytest

from codeclm.builtin.place import ROOT_VARIABLE, root


@pytest.mark.parametrize(("runtime", "inside"), [("/run/user/7", "/run/user/7"), ("", "/home/ada/.cache")])
def test_the_place_is_the_users_own_and_silent_about_it(monkeypatch, runtime, inside):
    monkeypatch.delenv(ROOT_VARIABLE, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    monkeypatch.setenv("XDG_CACHE_HOME", "/home/ada/.cache")
    assert root().is_relative_to(Path(inside))
