"""graphql-eslint over schema.graphql: names, descriptions, shapes. The rules and their exceptions are in rules.mjs."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.schema.build import build_schema

HERE = Path(__file__).parent
FAULTS = {
    "naming-convention": '"Where it is."\ntype where_it_is {\n  "City."\n  city: String\n}\n',
    "require-description": "enum Undescribed {\n  ONE\n}\n",
    "no-typename-prefix": '"A city."\ntype City {\n  "Its name."\n  cityName: String\n}\n',
    "require-deprecation-reason": '"Old."\ntype Old {\n  "Older."\n  older: String @deprecated\n}\n',
    "require-nullable-fields-with-oneof": '"Either."\ninput Either @oneOf {\n  "One."\n  one: String!\n}\n',
}


def lint(folder: Path, sdl: str) -> Any:
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules" / "@graphql-eslint").is_dir():
        pytest.skip("needs node and `npm ci` in tests/lint")
    file = folder / "schema.graphql"
    file.write_text(sdl, "utf-8")
    done = subprocess.run(
        [node, HERE / "lint.mjs", file], capture_output=True, text=True, check=False, timeout=180, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_schema_is_clean_and_every_exception_is_needed(tmp_path: Path) -> None:
    assert lint(tmp_path, build_schema().client_sdl) == {"findings": [], "unused": []}


def test_faults_are_found(tmp_path: Path) -> None:
    told = lint(tmp_path, 'type Query {\n  "Nothing."\n  nothing: String\n}\n' + "".join(FAULTS.values()))

    assert FAULTS.keys() <= {item["rule"] for item in told["findings"]}
    assert len(told["unused"]) > 1, "exceptions that nothing needs are told"
