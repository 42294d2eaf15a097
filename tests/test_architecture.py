"""Who may import whom, as data: `model ← fields ← connectors ← schema ← app`, and the other parts beside them."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gql_gateway"
LONGEST = 450

# Module: why it may be longer than LONGEST lines. A list that should stay empty.
LONG_FOR_A_REASON: dict[str, str] = {}


@dataclass(frozen=True)
class Part:
    """A part of the package and what else of ours it may import. The package's root holds the version: open to all."""

    name: str
    may_import: tuple[str, ...]
    because: str

    def holds(self, module: str) -> bool:
        return inside(module, f"gql_gateway.{self.name}")

    def may(self, imported: str) -> bool:
        places = (f"gql_gateway.{place}" for place in (self.name, *self.may_import))
        return imported == "gql_gateway" or inside(imported, *places)


PARTS = (
    Part("errors", ("model",), "every part may raise them; their codes are a vocabulary"),
    Part("model", (), "what a customer is to us depends on nothing"),
    Part("fields", ("model", "errors"), "facts know neither providers nor the network"),
    Part("outbound", ("model", "errors"), "it carries bytes and knows no provider"),
    Part("callers", ("model", "errors", "outbound"), "it knows who asks, and neither the store nor what is asked"),
    Part("operations", (), "it knows documents as texts and neither the schema nor who asks"),
    Part("oauth", ("model", "errors", "outbound"), "it knows tokens, not customers"),
    Part("storage", ("model", "errors"), "it keeps what it is given"),
    Part("connectors", ("model", "fields", "errors", "outbound", "oauth"), "it knows neither GraphQL nor the store"),
    Part("sandbox", ("model",), "two sides that share a mapping share its mistakes"),
)

# A provider's own folder says what to call; the shared modules beside it do the calling.
FOR_A_PROVIDER = (
    *("gql_gateway.model", "gql_gateway.fields", "gql_gateway.errors"),
    *("gql_gateway.outbound.message", "gql_gateway.outbound.limits", "gql_gateway.oauth.endpoint"),
)


@dataclass(frozen=True)
class Reserved:
    """A module, ours or a library, that only some places may import. `*` stands for one folder."""

    name: str
    places: tuple[str, ...]
    because: str

    def open_to(self, module: str) -> bool:
        return any(matches(module, f"gql_gateway.{place}") for place in self.places)


RESERVED = (
    Reserved("strawberry", ("connectors.*.fields", "fields", "schema", "http"), "GraphQL stays at the schema"),
    Reserved("starlette", ("app", "http"), "nothing else knows the web framework"),
    Reserved("sqlalchemy", ("storage",), "no other part knows SQL"),
    Reserved("joserfc", ("callers",), "nobody else judges a token"),
    Reserved("alembic", ("storage",), "no other part knows SQL"),
    Reserved("aiohttp", ("outbound", "sandbox"), "one client, and the stand-ins it talks to"),
    Reserved("gql_gateway.cli", ("__main__",), "the command line is an end, not a library"),
    Reserved("gql_gateway.app", ("cli", "commands", "http"), "the application is put together last"),
    Reserved("gql_gateway.http", ("cli", "app", "http"), "what lies below HTTP does not know of it"),
    Reserved("gql_gateway.sandbox", ("commands.sandbox", "sandbox"), "real updates never meet a simulator's code"),
)


def inside(module: str, *places: str) -> bool:
    """Is the module one of the places or below one? Whole names count: `a.apple` is not inside `a.app`."""
    return any(module == place or module.startswith(f"{place}.") for place in places)


def matches(module: str, pattern: str) -> bool:
    """`inside`, where a `*` in the pattern stands for one name."""
    have, want = module.split("."), pattern.split(".")
    return len(have) >= len(want) and all(w in ("*", h) for h, w in zip(have, want, strict=False))


@cache
def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name; a package goes by its folder's name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(source: str, module: str, *, is_package: bool = False) -> set[str]:
    """Every module the source imports, also inside functions and under TYPE_CHECKING.

    `from a import b` is `a.b` when that is a module of ours, else `a`.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*above(module, node.level, is_package=is_package), *filter(None, [node.module])])
            members = {f"{base}.{alias.name}" for alias in node.names}
            found |= {member if member in modules() else base for member in members}
    return found


def above(module: str, level: int, *, is_package: bool) -> list[str]:
    """The package that `level` leading dots mean in the module: none for an absolute import."""
    names = module.split(".")
    return names[: len(names) - level + is_package] if level else []


@cache
def imported_by(module: str) -> frozenset[str]:
    path = modules()[module]
    return frozenset(imports(path.read_text("utf-8"), module, is_package=path.name == "__init__.py"))


def provider_of(module: str) -> str | None:
    """The folder of a provider under `connectors/` that the module lies in."""
    names = module.split(".")
    if names[:2] != ["gql_gateway", "connectors"] or len(names) < 3:
        return None
    return names[2] if (PACKAGE / "connectors" / names[2]).is_dir() else None


@pytest.mark.parametrize(
    ("part", "module"),
    [pytest.param(part, module, id=module) for part in PARTS for module in modules() if part.holds(module)],
)
def test_part_imports_only_what_it_may(part: Part, module: str) -> None:
    ours = {name for name in imported_by(module) if inside(name, "gql_gateway")}
    astray = sorted(name for name in ours if not part.may(name))
    assert not astray, f"{module} imports {', '.join(astray)}, which {part.name} may not: {part.because}"


@pytest.mark.parametrize("reserved", RESERVED, ids=lambda reserved: reserved.name)
def test_reserved_module_stays_in_its_place(reserved: Reserved) -> None:
    users = [module for module in modules() if any(inside(name, reserved.name) for name in imported_by(module))]
    astray = [user for user in users if not reserved.open_to(user) and not inside(user, reserved.name)]
    assert not astray, f"{', '.join(astray)} import {reserved.name}: {reserved.because}"


@pytest.mark.parametrize("module", [module for module in modules() if provider_of(module)])
class TestProvider:
    def test_imports_only_what_says_what_to_call(self, module: str) -> None:
        beside = {name for name in imported_by(module) if inside(name, "gql_gateway")}
        astray = sorted(name for name in beside if not inside(name, "gql_gateway.connectors", *FOR_A_PROVIDER))
        assert not astray, f"{module} imports {', '.join(astray)}: a provider's folder says what to call, others call"

    def test_stands_alone(self, module: str) -> None:
        others = sorted(name for name in imported_by(module) if provider_of(name) not in (None, provider_of(module)))
        assert not others, f"{module} imports {', '.join(others)}: connectors never import each other"


@pytest.mark.parametrize("module", modules())
def test_module_has_one_subject(module: str) -> None:
    lines = len(modules()[module].read_text("utf-8").splitlines())
    if module in LONG_FOR_A_REASON:
        assert lines > LONGEST, f"{module} is short again: take it off LONG_FOR_A_REASON"
    else:
        assert lines <= LONGEST, f"{module} has {lines} lines, more than {LONGEST}: it holds two subjects"


def test_long_modules_exist() -> None:
    assert set(LONG_FOR_A_REASON) <= set(modules())


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in modules().values()}
    stray = [str(folder.relative_to(ROOT)) for folder in sorted(folders) if not (folder / "__init__.py").is_file()]
    assert not stray, f"no __init__.py in {', '.join(stray)}"


@pytest.mark.parametrize(
    ("source", "module", "is_package", "expected"),
    [
        ("import gql_gateway.errors as e", "gql_gateway.model.ref", False, {"gql_gateway.errors"}),
        ("from gql_gateway import errors", "gql_gateway.model.ref", False, {"gql_gateway.errors"}),
        ("from .. import errors", "gql_gateway.model.ref", False, {"gql_gateway.errors"}),
        ("from ..outbound.message import Call", "gql_gateway.model.ref", False, {"gql_gateway.outbound.message"}),
        ("from .json import Json", "gql_gateway.model.ref", False, {"gql_gateway.model.json"}),
        ("from .json import Json", "gql_gateway.model", True, {"gql_gateway.model.json"}),
        ("from . import __version__", "gql_gateway.errors", False, {"gql_gateway"}),
        ("def late():\n    import aiohttp.web", "gql_gateway.model.ref", False, {"aiohttp.web"}),
        ("if TYPE_CHECKING:\n    from aiohttp import web", "gql_gateway.model.ref", False, {"aiohttp"}),
    ],
)
def test_every_form_of_import_is_seen(source: str, module: str, is_package: bool, expected: set[str]) -> None:
    assert imports(source, module, is_package=is_package) == expected


def test_rules_refuse_what_they_name() -> None:
    parts = {part.name: part for part in PARTS}
    assert not parts["model"].may("gql_gateway.errors")
    assert parts["oauth"].may("gql_gateway.outbound.client")
    assert not parts["connectors"].may("gql_gateway.storage.connections")
    assert not parts["sandbox"].may("gql_gateway.fields.native")
    assert not parts["callers"].may("gql_gateway.storage.api_keys")
    assert not parts["storage"].may("gql_gateway.callers.api_keys")
    assert not inside("gql_gateway.outbound.client", *FOR_A_PROVIDER)
    reserved = {rule.name: rule for rule in RESERVED}
    assert reserved["strawberry"].open_to("gql_gateway.connectors.fortnox.fields")
    assert not reserved["strawberry"].open_to("gql_gateway.connectors.fortnox.protocol")
    assert not reserved["strawberry"].open_to("gql_gateway.connectors.base")
    assert not reserved["starlette"].open_to("gql_gateway.apple")
