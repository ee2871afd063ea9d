"""What a person sets is checked at the border."""

import pytest

from codeclm.errors import UsageError
from codeclm.settings import Endpoint


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:abc/v1",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:0/v1",
        "http://127.0.0.1:８０/v1",
        "http://[::1]x/v1",
        "http://[zz]/v1",
        "http://a b/v1",
        "http://exa\x00mple/v1",
        "http://example\n.org/v1",
        "http://example.org/\x7fv1",
        "http://:80/v1",
        "example.org/v1",
    ],
)
def test_an_address_that_no_server_can_have_is_refused(url):
    with pytest.raises(UsageError, match=r"^url: "):
        Endpoint.read({"url": url})


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/v1", "https://[::1]:65535/v1", "http://my_host/v1", "https://bücher.example/v1"],
)
def test_an_address_that_one_can_have_is_taken_as_it_stands(url):
    assert Endpoint.read({"url": f" {url}/ "}).url == url
