"""The browser tests here use the server and the browser of tests/e2e."""

from tests.e2e.conftest import browser, server

__all__ = ["browser", "server"]
