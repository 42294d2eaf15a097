"""The committed GraphiQL bundle belongs to the committed sources; checked without Node, so that every run checks it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
BUNDLE = ROOT / "gql_gateway" / "static" / "graphiql"
MANIFEST = json.loads((BUNDLE / "manifest.json").read_text())


def digests(folder: Path, names: list[str]) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def files_below(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and "node_modules" not in path.parts)
    return [path.relative_to(folder).as_posix() for path in found]


def test_built_files_are_those_of_the_manifest() -> None:
    names = [name for name in files_below(BUNDLE) if name != "manifest.json"]

    assert digests(BUNDLE, names) == MANIFEST["outputs"]


def test_sources_are_those_the_bundle_was_built_from() -> None:
    names = [name for name in files_below(WEB) if name != "README.md"]

    assert digests(WEB, names) == MANIFEST["sources"], "web/ changed: npm run build"


def test_page_loads_only_files_of_the_bundle() -> None:
    page = (BUNDLE / "index.html").read_text()
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assets = [address for address in addresses if address != "/schema.graphql"]

    assert assets
    assert all((BUNDLE / address.removeprefix("/graphiql/")).is_file() for address in assets)
    assert "<script>" not in page and "style=" not in page and "onload" not in page


@pytest.mark.parametrize("folder", ["web", "tests/browser", "tests/lint"])
def test_lock_file_carries_no_download_address(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]

    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_every_bundled_package_has_its_licence_listed() -> None:
    listed = (BUNDLE / "THIRD_PARTY_LICENSES.txt").read_text()
    direct = json.loads((WEB / "package.json").read_text())["dependencies"]

    for name, version in direct.items():
        assert f"{name} {version}\nLicence: " in listed
