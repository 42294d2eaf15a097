"""What a document has to obey beyond the rules of graphql-core."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLError,
    OperationDefinitionNode,
    ValidationRule,
    is_input_object_type,
    is_nullable_type,
)
from graphql import GraphQLNonNull as NonNull
from graphql.utilities import type_from_ast


class VariablesOfRequiredOneOfRule(ValidationRule):
    """A variable that stands for a member of a `@oneOf` cannot be null.

    graphql-core 3.3 (and graphql-js 17) looks at the parent of the variable without unwrapping it: where the `@oneOf`
    itself is required, as in `change: CustomerChange!`, it misses the mistake.
    """

    def leave_operation_definition(self, operation: OperationDefinitionNode, *_: Any) -> None:
        declared = {item.variable.name.value: item for item in operation.variable_definitions or ()}
        for usage in self.context.get_recursive_variable_usages(operation):
            parent = usage.parent_type.of_type if isinstance(usage.parent_type, NonNull) else None
            name = usage.node.name.value
            if name not in declared or not (is_input_object_type(parent) and parent.is_one_of):
                continue
            kind = type_from_ast(self.context.schema, declared[name].type)
            if is_nullable_type(kind):
                words = f"Variable '${name}' is of type '{kind}' but must be non-nullable to be used for"
                self.report_error(GraphQLError(f"{words} OneOf Input Object '{parent}'.", [declared[name], usage.node]))
