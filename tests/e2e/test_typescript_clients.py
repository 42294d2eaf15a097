"""The TypeScript of `docs/clients.md`: generated from nothing but `/schema.graphql`, compiled strictly, run.

What must not compile is the page's own program with one line changed, compiled beside it: the compiler has to complain
of that line, for the reason that is expected, and of nothing else.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.snippets import commands, files, section

from .conftest import Guarded, RunningSandbox
from .processes import ROOT, ask

PAGE = "clients.md"
PACKAGES = ROOT / "tests" / "clients" / "typescript"
CHANGE = "{ fortnox: { notes, website: null } }"
CUSTOMER = "{ native: { connectionId: 'sandbox-fortnox', nativeId: '1001' } }"
RESULT = "console.log(JSON.stringify("


@dataclass(frozen=True)
class Wrong:
    """`instead` of `of`, which one line of the program holds; `code` is what the compiler says of that line."""

    instead: str
    code: str
    of: str = CHANGE

    def within(self, program: str) -> tuple[str, int]:
        """The program with the mistake, and the number of its line."""
        lines = program.splitlines()
        (at,) = [number for number, line in enumerate(lines) if self.of in line]
        lines[at] = lines[at].replace(self.of, self.instead)
        return "\n".join(lines) + "\n", at + 1


# TS2322: not assignable · TS2353, TS2561: no such field · TS2741: a field lacks · TS2820: no word of the enum.
WRONG = {
    "two_members": Wrong("{ fortnox: { notes }, sevdesk: { notes } }", "TS2322"),
    "second_member_null": Wrong("{ fortnox: { notes }, sevdesk: null }", "TS2322"),
    "no_member": Wrong("{}", "TS2322"),
    "null_member": Wrong("{ fortnox: null }", "TS2322"),
    "unknown_member": Wrong("{ fortnoks: { notes } }", "TS2561"),
    "unknown_field": Wrong("{ fortnox: { notse: notes } }", "TS2561"),
    "field_of_another": Wrong("{ fortnox: { creditorAccountNumber: notes } }", "TS2353"),
    "wrong_type": Wrong("{ fortnox: { notes: 7 } }", "TS2322"),
    "wrong_word": Wrong("{ fortnox: { contactType: 'COMPAN' } }", "TS2820"),
    "null_entry": Wrong("{ fortnox: { emailAddresses: [null] } }", "TS2322"),
    "entry_without_type": Wrong("{ fortnox: { emailAddresses: [{ email: notes }] } }", "TS2741"),
    "customer_by_two_names": Wrong("{ id: 'x', native: { connectionId: 'c', nativeId: 'n' } }", "TS2322", CUSTOMER),
    "scalar_is_text": Wrong(
        "const at: number = updateCustomer.customer!.createdAt!; (JSON.stringify(", "TS2322", RESULT
    ),
    "json_is_unknown": Wrong("updateCustomer.changes[0]!.before.length; (JSON.stringify(", "TS2571", RESULT),
}


@dataclass(frozen=True)
class Tool:
    """`prefix` of its files in the page; `says` what its output says of the change."""

    section: str
    prefix: str
    generated: str
    says: str


TOOLS = {
    "graphql-codegen": Tool(
        "TypeScript: graphql-codegen", "", "gql/graphql.ts", r"fortnox: FortnoxCustomerInput; freshbooks\?: never;"
    ),
    "gql.tada": Tool(
        "TypeScript: gql.tada", "tada/", "introspection.d.ts", r"'CustomerChange': \{[^\n]* isOneOf: true;"
    ),
}
PATIENCE = 180.0
COMPLAINT = re.compile(r"^(\S+)\((\d+),\d+\): error (TS\d+):", re.MULTILINE)


@dataclass(frozen=True)
class Built:
    """A tool's folder with the programs compiled, and what the compiler said: file, line, code."""

    tool: Tool
    folder: Path
    complaints: list[tuple[str, int, str]]
    lines: dict[str, int]


def run(folder: Path, *command: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.fixture(scope="module", params=TOOLS)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, started_sandbox: RunningSandbox
) -> Built:
    """As the page says: its files, its commands; the mistakes are added before the compiler runs."""
    if shutil.which("npx") is None or not (PACKAGES / "node_modules" / ".bin" / "tsc").exists():
        pytest.skip("needs node and `npm ci` in tests/clients/typescript")
    tool = TOOLS[request.param]
    folder = tmp_path_factory.mktemp("typescript")
    (folder / "node_modules").symlink_to(PACKAGES / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}', "utf-8")
    (folder / "schema.graphql").write_bytes(ask(f"{started_sandbox.origin}/schema.graphql").body)
    for name, text in files(section(PAGE, tool.section)).items():
        (folder / name.removeprefix(tool.prefix)).write_text(text, "utf-8")
    *generate, compile = [line for line in commands(section(PAGE, tool.section)) if line.startswith("npx ")]
    for line in generate:
        done = run(folder, *line.split())
        assert done.returncode == 0, done.stdout + done.stderr
    program = (folder / "update.ts").read_text("utf-8")
    lines = {}
    for name, wrong in WRONG.items():
        text, lines[name] = wrong.within(program)
        (folder / f"{name}.ts").write_text(text, "utf-8")
    said = run(folder, *compile.split()).stdout
    complaints = [(file.removesuffix(".ts"), int(line), code) for file, line, code in COMPLAINT.findall(said)]
    return Built(tool, folder, complaints, lines)


def test_generator_knows_one_of(built: Built) -> None:
    assert re.search(built.tool.says, (built.folder / built.tool.generated).read_text("utf-8"))


def test_only_the_mistakes_do_not_compile(built: Built) -> None:
    assert {name for name, _, _ in built.complaints} <= set(WRONG)


@pytest.mark.parametrize("name", WRONG)
def test_mistake_does_not_compile(built: Built, name: str) -> None:
    found = [(line, code) for file, line, code in built.complaints if file == name]

    assert found == [(built.lines[name], WRONG[name].code)]


class TestRun:
    """The compiled program against the sandbox, three states of a field in one change."""

    NATIVE_ID = "1001"

    def record(self, sandbox: RunningSandbox) -> Any:
        return ask(f"{sandbox.simulators}/_control/fortnox/records/{self.NATIVE_ID}").json()

    def update(self, built: Built, sandbox: RunningSandbox, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = run(built.folder, "node", "update.js", *arguments, GATEWAY_URL=f"{sandbox.origin}/graphql")
        assert done.returncode == 0, done.stderr
        return done

    def test_preview_writes_nothing(self, built: Built, sandbox: RunningSandbox) -> None:
        before = self.record(sandbox)
        changes = json.loads(self.update(built, sandbox).stdout)

        assert {item["path"]: item["after"] for item in changes} == {"notes": "Please ring twice.", "website": None}
        assert self.record(sandbox) == before

    def test_write_sets_clears_and_leaves(self, built: Built, sandbox: RunningSandbox) -> None:
        before = self.record(sandbox)
        said = self.update(built, sandbox, "write", "Ring once.")
        after = self.record(sandbox)

        assert said.stderr == ""
        assert {name for name in after if after[name] != before.get(name)} == {"Comments", "WWW"}
        assert (after["Comments"], after["WWW"]) == ("Ring once.", "")

    def test_error_at_a_field(self, built: Built, sandbox: RunningSandbox) -> None:
        said = self.update(built, sandbox, "write", "x" * 2_000)

        assert (said.stderr, said.stdout) == ("TOO_LONG change.fortnox.notes\n", "[]\n")

    def test_conflict_carries_the_record(self, built: Built, sandbox: RunningSandbox) -> None:
        said = self.update(built, sandbox, "write", "Mine.", "a version of yesterday")

        assert said.stderr == f"STALE_VERSION expectedVersion\nnow: {self.record(sandbox)['Comments']}\n"


def test_key_is_shown(built: Built, guarded: Guarded) -> None:
    address = f"{guarded.origin}/graphql"
    stranger = run(built.folder, "node", "update.js", GATEWAY_URL=address)
    known = run(built.folder, "node", "update.js", GATEWAY_URL=address, GATEWAY_KEY=guarded.key)

    assert stranger.returncode == 1 and "Send an API key" in stranger.stderr
    assert (known.returncode, known.stderr) == (0, "NOT_CONNECTED customer.native.connectionId\n")


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_page_installs_what_is_tested(tool: Tool) -> None:
    pinned = json.loads((PACKAGES / "package.json").read_text("utf-8"))["dependencies"]
    (line,) = [line for line in commands(section(PAGE, tool.section)) if line.startswith("npm install ")]

    for word in line.split()[2:]:
        name, _, version = word.rpartition("@")
        assert pinned[name] == version
