"""Makes trusted documents from `.graphql` files, one for each operation with the fragments it uses.

As Apollo's generator does it: fragments are looked up in all files, and the text is what graphql's `print` makes of the
operation and then its fragments by name. A client that prints its document in that order gets the same hash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from typing import TypeAlias

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    Source,
    Visitor,
    get_location,
    parse,
    print_ast,
    visit,
)

from .manifest import Document, hash_of

ENDINGS = (".graphql", ".gql")

Problems: TypeAlias = Callable[[DocumentNode], Sequence[GraphQLError]]


class NothingMade(Exception):
    """One line for each thing that is wrong, with file, line and column."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(self.problems))


@dataclass(slots=True)
class _Definitions:
    operations: dict[str, OperationDefinitionNode] = field(default_factory=dict)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def files_of(names: Iterable[str]) -> list[Path]:
    """The files that the names mean: files, folders with all below them, and patterns such as `src/**/*.graphql`."""
    found: set[Path] = set()
    missing = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            some = [file for file in path.rglob("*") if file.suffix in ENDINGS and file.is_file()]
        elif path.is_file():
            some = [path]
        else:
            some = [file for file in map(Path, glob(name, recursive=True)) if file.is_file()]  # noqa: PTH207 (absolute patterns too)
        if not some:
            missing.append(
                f"{name}: there are no operations: no such file, or no file ends with {' or '.join(ENDINGS)}."
            )
        found.update(some)
    if missing:
        raise NothingMade(missing)
    return sorted(found)


def make(files: Iterable[Path], problems_of: Problems) -> list[Document]:
    """The documents of the files. `problems_of` is what the gateway would refuse about a document."""
    known = _Definitions()
    for file in files:
        _take(known, file)
    made, problems = [], known.problems
    for name, operation in known.operations.items():
        document = DocumentNode(definitions=(operation, *_fragments(operation, known.fragments)))
        problems += [f"{_place(error)}: {error.message}" for error in problems_of(document)]
        text = print_ast(document)
        made.append(Document(hash_of(text), text, name, operation.operation.value))
    if not problems and not made:
        problems.append("There are no operations in these files.")
    if problems:
        raise NothingMade(problems)
    return made


def _take(known: _Definitions, file: Path) -> None:
    """The definitions of one file; no name may come twice, wherever."""
    try:
        document = parse(Source(file.read_text("utf-8"), str(file)))
    except (OSError, UnicodeError):
        known.problems.append(f"{file}: it cannot be read as text in UTF-8.")
        return
    except GraphQLError as error:
        known.problems.append(f"{_place(error)}: {error.message}")
        return
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            if node.name is None:
                known.problems.append(f"{_where(node)}: an operation needs a name of its own.")
                continue
            other = known.operations.setdefault(node.name.value, node)
            if other is not node:
                known.problems.append(f"{_where(node)}: {node.name.value} is an operation in {_where(other)} already.")
        elif isinstance(node, FragmentDefinitionNode):
            same = known.fragments.setdefault(node.name.value, node)
            if same is not node:
                known.problems.append(f"{_where(node)}: {node.name.value} is a fragment in {_where(same)} already.")
        else:
            known.problems.append(f"{_where(node)}: it is neither an operation nor a fragment.")


def _fragments(
    operation: OperationDefinitionNode, known: Mapping[str, FragmentDefinitionNode]
) -> list[FragmentDefinitionNode]:
    """The fragments that an operation uses, by name; one that is nowhere is found by the validation."""
    found: dict[str, FragmentDefinitionNode] = {}
    waiting: list[Node] = [operation]
    while waiting:
        spreads = _Spreads()
        visit(waiting.pop(), spreads)
        for name in spreads.names:
            if name in known and name not in found:
                found[name] = known[name]
                waiting.append(known[name])
    return [found[name] for name in sorted(found)]


class _Spreads(Visitor):
    """The names of the fragments that are spread somewhere below a node."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.append(node.name.value)


def _where(node: Node) -> str:
    return _at(node.loc.source, node.loc.start) if node.loc else "?"


def _place(error: GraphQLError) -> str:
    """Where an error is, in the file it comes from: the nodes of one document may come from several."""
    if error.nodes:
        return _where(error.nodes[0])
    return _at(error.source, next(iter(error.positions))) if error.source and error.positions else "?"


def _at(source: Source, position: int) -> str:
    place = get_location(source, position)
    return f"{source.name}:{place.line}:{place.column}"
