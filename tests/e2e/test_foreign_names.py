"""A website whose name is made to point at this machine reaches the port, and must get no session."""

import http.client
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.e2e


def greeted(base, host):
    """The status of the answer to a browser's opening of a session by this name."""
    port = urlsplit(base).port
    connection = http.client.HTTPConnection("localhost", port, timeout=20)
    name = f"{host}:{port}"
    headers = {
        "Host": name,
        "Origin": f"http://{name}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    connection.request("GET", "/_stcore/stream", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 101), ("127.0.0.1", 101), ("evil.example", 403), ("localhost.evil.example", 403)],
)
def test_only_this_machines_names_open_a_session(server, host, status):
    assert greeted(server.base, host) == status
