"""`gql-gateway operations`: makes manifests of trusted documents, and checks them against this version's schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from graphql import GraphQLError, parse

from ..execute import Executor
from ..operations.make import NothingMade, files_of, make
from ..operations.manifest import Document, Form, InvalidManifest, read, write
from ..schema.build import build_schema
from . import artifacts
from .terminal import TYPER, out, refuse

app = typer.Typer(help="Trusted documents: operations that clients name by their hash.", **TYPER)


@app.command("make")
def make_manifest(
    files: Annotated[list[str], typer.Argument(help="Files, folders, or patterns such as 'src/**/*.graphql'.")],
    output: Annotated[Path, typer.Option(help="The manifest.")] = Path("operations.json"),
    format: Annotated[Form, typer.Option(help="Whose tools read it.")] = Form.APOLLO,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail when the manifest is not current.")
    ] = False,
) -> None:
    """Write a manifest of the operations in .graphql files, if all of them are valid."""
    try:
        documents = make(files_of(files), Executor(build_schema()).problems)
    except NothingMade as problem:
        refuse(*problem.problems)
    made = {output: write(documents, format)}
    if check and artifacts.stale(made, Path()):
        refuse(f"{output} is not current: run `gql-gateway operations make`.")
    if not check:
        artifacts.write(made, Path())
    out.print(f"{len(documents)} operations in {output}", markup=False)


@app.command("check")
def check_manifest(manifest: Annotated[Path, typer.Argument(help="A manifest of Apollo's or Relay's form.")]) -> None:
    """Fail unless every operation of a manifest is valid in this version's schema: for CI, before an upgrade."""
    try:
        documents = read(manifest)
    except InvalidManifest as invalid:
        refuse(*invalid.problems)
    executor = Executor(build_schema())
    problems = [
        f"{manifest}: {document.label}: {problem}"
        for document in documents.values()
        for problem in _problems_of(document, executor)
    ]
    if problems:
        refuse(*problems)
    out.print(f"{len(documents)} operations are valid", markup=False)


def _problems_of(document: Document, executor: Executor) -> list[str]:
    try:
        parsed = parse(document.text, max_tokens=executor.limits.tokens)
    except GraphQLError as error:
        return [_told(error)]
    return [_told(error) for error in executor.problems(parsed)]


def _told(error: GraphQLError) -> str:
    """The words of an error with its place in the document's text."""
    place = error.locations[0] if error.locations else None
    return f"{place.line}:{place.column}: {error.message}" if place else error.message
