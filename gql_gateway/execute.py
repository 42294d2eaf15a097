"""The one place where a GraphQL document is executed: parsed and validated once, then run."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

import structlog
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    execute,
    located_error,
    parse,
    subscribe,
    validate,
)
from graphql.validation import ASTValidationRule, NoSchemaIntrospectionCustomRule, specified_rules

from .ending import Ended, Reason
from .errors import GatewayError, RateLimited
from .logs import places
from .schema.build import GatewaySchema
from .schema.context import Context
from .schema.cost import Sum
from .schema.limits import Limits, Ruler, cost_error, token_error
from .schema.prices import Prices
from .schema.rules import VariablesOfRequiredOneOfRule
from .schema.scopes import Need, find_needs, has_conditions, refusals

log = structlog.get_logger(__name__)

LARGEST_CACHED = 20_000
MOST_ERRORS = 10
"""Mistakes that are told at once. Each may quote a large part of the document, and finding them takes as long."""
LONGEST_MESSAGE = 1_000
_TOKENS = "tokens. Parsing aborted"


@dataclass(frozen=True, slots=True)
class Request:
    """A GraphQL request, its parts already of the right types."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    queries_only: bool = False
    tell_cost: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """`refused`: nothing was executed, so there is no `data`. `not_allowed`: a mutation where only queries may be.

    `lacking`: scopes that the caller would have to have. `ended`: why it was given up before it was done.
    """

    body: dict[str, Any]
    refused: bool = False
    ambiguous: bool = False
    not_allowed: bool = False
    lacking: tuple[str, ...] = ()
    ended: Reason | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """An operation that may run: it is valid, and its caller has the scopes for it."""

    request: Request
    document: DocumentNode
    kind: OperationType
    cost: int

    @property
    def is_subscription(self) -> bool:
        return self.kind is OperationType.SUBSCRIPTION

    @property
    def is_write(self) -> bool:
        """Whether it has to be finished once it runs, whoever goes away."""
        return self.kind is OperationType.MUTATION


@dataclass(frozen=True, slots=True)
class Prepared:
    """`costs` and `needs` are those of its operations, by name: scopes as far as they hang on no variable."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    costs: dict[str | None, Sum] = field(default_factory=dict)
    needs: dict[str | None, list[Need]] = field(default_factory=dict)


@dataclass(slots=True)
class Executor:
    """Runs documents against the schema. Documents seen before are neither parsed nor validated again.

    `cached` is how many documents are remembered, `cached_text` how long all of them together may be, in characters:
    a parsed document takes about 200 bytes for each character of its text.
    """

    schema: GatewaySchema
    introspection: bool = True
    limits: Limits = field(default_factory=Limits)
    suggestions: bool = False
    cached: int = 1_000
    cached_text: int = 500_000
    hits: int = 0
    misses: int = 0
    _documents: OrderedDict[str, Prepared] = field(default_factory=OrderedDict)
    _text: int = 0
    _rules: tuple[type[ASTValidationRule], ...] = ()
    _ruler: Ruler = field(init=False)

    def __post_init__(self) -> None:
        hidden = () if self.introspection else (NoSchemaIntrospectionCustomRule,)
        self._rules = (*specified_rules, VariablesOfRequiredOneOfRule, *hidden)
        self._ruler = Ruler(Prices(self.schema._schema), self.limits)

    def problems(self, document: DocumentNode) -> tuple[GraphQLError, ...]:
        """What is wrong with a document before anything of it is run."""
        return tuple(self._examine(document)[1])

    async def run(self, request: Request, context: Context) -> Answer:
        """The answer to a query or a mutation."""
        admitted = self.admit(request, context)
        if isinstance(admitted, Answer):
            return admitted
        if admitted.is_subscription:
            words = "A subscription is answered over a WebSocket, or as text/event-stream."
            return Answer({"errors": [{"message": words}]}, refused=True)
        return await self._execute(admitted, context)

    async def subscribe(self, admitted: Admitted, context: Context) -> AsyncGenerator[Answer]:
        """The answers to an operation: one for each event of a subscription, one to a query or a mutation.

        A refused one is the last: the stream could not be opened, or has failed.
        """
        if not admitted.is_subscription:
            yield await self._execute(admitted, context)
            return
        try:
            found: Any = subscribe(self.schema._schema, **self._arguments(admitted, context))
            if isawaitable(found):
                found = await found
            if isinstance(found, ExecutionResult):
                yield Answer({"errors": [_formatted(error, context) for error in found.errors or ()]}, refused=True)
                return
            async with aclosing(found):
                async for result in found:
                    yield _answer(result, context)
        except Exception as problem:  # a source that fails is masked as a resolver is
            yield Answer({"errors": [_formatted(located_error(problem), context)]}, refused=True)

    def admit(self, request: Request, context: Context) -> Admitted | Answer:
        """Whether an operation may run; the answer says why not."""
        prepared = self._prepare(request.query)
        if prepared.document is None or prepared.errors:
            return _refusal(prepared.errors)
        operation, problem = _pick(prepared.document, request.operation_name)
        if operation is None:
            return Answer({"errors": [{"message": problem}]}, refused=True, ambiguous=True)
        if request.queries_only and operation.operation is OperationType.MUTATION:
            words = "A GET request runs queries only; send this operation with POST."
            return Answer({"errors": [{"message": words}]}, refused=True, not_allowed=True)
        if missing := refusals(self._needs(prepared, prepared.document, operation, request.variables), context.caller):
            lacking = tuple(" ".join((error.extensions or {})["scopes"]) for error in missing)
            return Answer({"errors": [error.formatted for error in missing]}, refused=True, lacking=lacking)
        cost = prepared.costs[_name(operation)].total(operation, request.variables)
        if cost > self.limits.cost:
            return _refusal((cost_error(self.limits, cost, operation),))
        return Admitted(request, prepared.document, operation.operation, cost)

    async def _execute(self, admitted: Admitted, context: Context) -> Answer:
        result: Any = execute(self.schema._schema, **self._arguments(admitted, context))
        try:
            if isawaitable(result):
                result = await _in_time(result, admitted, context)
        except Ended as end:
            told = {"message": f"{end} What was being read was given up.", "extensions": {"code": end.reason.name}}
            return Answer({"errors": [told]}, ended=end.reason)
        answer = _answer(result, context)
        if admitted.request.tell_cost and not answer.refused:
            answer.body["extensions"] = {"cost": {"cost": admitted.cost, "limit": self.limits.cost}}
        return answer

    def _arguments(self, admitted: Admitted, context: Context) -> dict[str, Any]:
        request = admitted.request
        return {
            "document": admitted.document,
            "variable_values": dict(request.variables) if request.variables else None,
            "operation_name": request.operation_name,
            "context_value": context,
            "executor_class": self.schema.execution_context_class,
            "hide_suggestions": not self.suggestions,
            "max_coercion_errors": MOST_ERRORS,
        }

    def _needs(
        self,
        prepared: Prepared,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any] | None,
    ) -> list[Need]:
        """Worked out once for each operation of a document, or each time where it hangs on variables."""
        name = _name(operation)
        known = prepared.needs.get(name)
        if known is None:
            known = find_needs(self.schema._schema, document, operation, variables)
            if not has_conditions(document):
                prepared.needs[name] = known
        return known

    def _prepare(self, text: str) -> Prepared:
        known = self._documents.get(text)
        if known is not None:
            self.hits += 1
            self._documents.move_to_end(text)
            return known
        self.misses += 1
        try:
            document = parse(text, max_tokens=self.limits.tokens, no_location=False)
        except GraphQLSyntaxError as error:
            return Prepared(None, (token_error(self.limits) if _TOKENS in error.message else error,))
        costs, problems = self._examine(document)
        prepared = Prepared(document, tuple(problems), costs)
        if len(text) <= LARGEST_CACHED:
            self._remember(text, prepared)
        return prepared

    def _examine(self, document: DocumentNode) -> tuple[dict[str | None, Sum], Sequence[GraphQLError]]:
        """What the operations of a document cost, and what is wrong with it."""
        costs, problems = self._ruler.measure(document)
        if problems:
            return costs, problems
        hidden = not self.suggestions
        return costs, _each_once(
            validate(self.schema._schema, document, self._rules, MOST_ERRORS, hide_suggestions=hidden)
        )

    def _remember(self, text: str, prepared: Prepared) -> None:
        self._documents[text] = prepared
        self._text += len(text)
        while len(self._documents) > self.cached or self._text > self.cached_text:
            forgotten, _ = self._documents.popitem(last=False)
            self._text -= len(forgotten)


async def _in_time(result: Awaitable[Any], admitted: Admitted, context: Context) -> Any:
    if context.ending is None:
        return await result
    if admitted.is_write:
        return await context.ending.write(result)
    return await context.ending.read(result)


def _name(operation: OperationDefinitionNode) -> str | None:
    return operation.name.value if operation.name else None


def _each_once(errors: list[GraphQLError]) -> list[GraphQLError]:
    """One error for each mistake, with all its places: a short document may make the same one a hundred times."""
    found: dict[str, list[GraphQLError]] = {}
    for error in errors:
        found.setdefault(_cut(error.message), []).append(error)
    return [
        GraphQLError(words, [node for error in same for node in error.nodes or ()]) for words, same in found.items()
    ]


def _cut(message: str) -> str:
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"


def _pick(document: DocumentNode, name: str | None) -> tuple[OperationDefinitionNode | None, str]:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        found = next((node for node in operations if node.name and node.name.value == name), None)
        return found, f"The document has no operation named {name}."
    if len(operations) == 1:
        return operations[0], ""
    return None, "The document has several operations: operationName has to say which." if operations else (
        "The document has no operation."
    )


def _refusal(errors: tuple[GraphQLError, ...]) -> Answer:
    return Answer({"errors": [_shortened(error) for error in errors]}, refused=True)


def _shortened(error: GraphQLError) -> dict[str, Any]:
    return {**error.formatted, "message": _cut(error.message)}


def _answer(result: ExecutionResult, context: Context) -> Answer:
    if not result.errors:
        return Answer({"data": result.data})
    errors = [_formatted(error, context) for error in result.errors]
    if result.data is None and not any(error.path for error in result.errors):
        # Variables that do not fit: graphql-core reports them like results, the specification calls them refusals.
        return Answer({"errors": errors}, refused=True)
    return Answer({"data": result.data, "errors": errors})


def _formatted(error: GraphQLError, context: Context) -> Any:
    """An error as callers may see it: business problems with their code, our own faults without a word about them."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if cause is None:
        return _shortened(error)
    formatted: dict[str, Any] = dict(error.formatted)
    if isinstance(cause, GatewayError):
        formatted["message"] = cause.message
        formatted["extensions"] = _extensions(cause)
        return formatted
    # Only where it happened: the text of an exception may quote customer data.
    where = places(cause.__traceback__)
    log.error("resolver_failed", error=type(cause).__name__, path=error.path, where=where)
    formatted["message"] = "Something went wrong on our side."
    formatted["extensions"] = {"code": "INTERNAL", "correlationId": context.correlation_id}
    return formatted


def _extensions(cause: GatewayError) -> dict[str, Any]:
    told: dict[str, Any] = {"code": cause.code.name, "type": type(cause).__name__, "retryable": cause.retryable}
    if cause.path:
        told["argumentPath"] = list(cause.path)
    if cause.provider_code is not None:
        told["providerCode"] = cause.provider_code
    if cause.provider_message is not None:
        told["providerMessage"] = cause.provider_message
    if isinstance(cause, RateLimited) and cause.retry_after is not None:
        told["retryAfter"] = cause.retry_after
    return told
