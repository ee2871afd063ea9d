"""The browser tests here use the browser of tests/e2e."""

from tests.e2e.conftest import browser

__all__ = ["browser"]
