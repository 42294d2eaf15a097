"""A router that is busy for some seconds finds its connections as it left them."""

from __future__ import annotations

import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.e2e.processes import PATIENCE

from .conftest import Federation

PAUSE = 8.0
"""uvicorn by itself closes an idle connection after five seconds."""


def test_an_idle_connection_stays_open(federation: Federation) -> None:
    parts = urlsplit(federation.accounting.url)
    connection = HTTPConnection(parts.netloc, timeout=PATIENCE)
    try:
        connection.connect()
        socket = connection.sock
        for pause in (PAUSE, 0.0):
            connection.request("POST", parts.path, b"{}", {"content-type": "application/json"})
            connection.getresponse().read()
            time.sleep(pause)
        assert connection.sock is socket
    finally:
        connection.close()
