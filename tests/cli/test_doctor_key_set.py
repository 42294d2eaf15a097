"""`gql-gateway doctor` on the keys of JWTs: had once, from where the settings say, and nothing of them quoted."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from ..callers.identity import AUDIENCE, EC, ISSUER, RSA, key_set
from .conftest import Cli
from .test_doctor import NOWHERE, look, of

PRIVATE = json.dumps({"keys": [ECKey.generate_key("P-256", {"kid": "PLANTED"}).as_dict(private=True)]})


@pytest.fixture(autouse=True)
def _set_up(cli: Cli) -> None:
    cli.env |= {"GATEWAY_PORT": "0", "GATEWAY_JWT_ISSUER": ISSUER, "GATEWAY_JWT_AUDIENCE": AUDIENCE}
    cli("connections", "list")  # which sets up the database


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """An identity provider that hands out the files of the folder, and counts how often it is asked."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def told(cli: Cli, keys: str, *arguments: str, code: int = 0) -> Any:
    return of(look(cli, *arguments, code=code, GATEWAY_JWT_KEYS=keys), "key set")


def test_a_set_that_is_good(cli: Cli, tmp_path: Path, address: str) -> None:
    (tmp_path / "keys").write_bytes(key_set(RSA, EC))
    for where in (str(tmp_path / "keys"), f"{address}/keys"):
        (finding,) = told(cli, where)
        assert (finding["level"], finding["words"]) == ("ok", "2 keys that can check JWTs")
        assert (finding["facts"]["keys"], finding["facts"]["ids"]) == (2, ["ec-1", "rsa-1"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<html>", "it is no JSON Web Key Set"),
        ('{"keys": []}', "it holds no public key for signatures"),
        (PRIVATE, "it holds no public key for signatures"),
        (None, "the address answers 404"),
    ],
    ids=["html", "empty", "private", "not there"],
)
def test_a_set_that_is_none(cli: Cli, tmp_path: Path, address: str, content: str | None, words: str) -> None:
    if content is not None:
        (tmp_path / "keys").write_text(content)
    (finding,) = told(cli, f"{address}/keys", code=1)
    assert (finding["level"], finding["words"]) == ("problem", words)
    assert "No JWT is taken" in finding["advice"]
    assert "PLANTED" not in cli.said


def test_an_address_that_does_not_answer(cli: Cli) -> None:
    (finding,) = told(cli, f"{NOWHERE}/keys", code=1)
    assert finding["words"].startswith("the address does not answer")
    assert told(cli, f"{NOWHERE}/keys", "--offline") == []


def test_where_nobody_has_set_one_nothing_is_said(cli: Cli) -> None:
    cli.env = {name: value for name, value in cli.env.items() if "JWT" not in name}
    assert of(look(cli), "key set") == []


def test_what_serve_refuses_is_not_asked(cli: Cli) -> None:
    assert told(cli, "http://idp.example/keys", code=1) == []
