import { Kind, parse, valueFromASTUntyped, visit } from 'graphql';

/**
 * The customer that one of these tabs addresses in an integration, so that a new update starts from it; null when none
 * does. A tab has a `query` and the text of its `variables`.
 */
export function customerIn(tabs, integration) {
  for (const { query, variables } of tabs) {
    const found = addressed(query ?? '', asObject(variables), integration.member);
    if (found) return found;
  }
  return null;
}

function addressed(query, variables, member) {
  let found = null;
  for (const node of argumentsOf(query)) {
    const input = valueFromASTUntyped(node.value, variables);
    if (input?.change && member in input.change && isWhole(input.customer)) found ??= input.customer;
  }
  return found;
}

function argumentsOf(query) {
  const found = [];
  try {
    visit(parse(query), { [Kind.ARGUMENT]: (node) => void found.push(node) });
  } catch {
    // A document that does not parse addresses nobody.
  }
  return found;
}

function isWhole(customer) {
  return Boolean(customer?.id || (customer?.native?.connectionId && customer.native.nativeId));
}

function asObject(text) {
  try {
    return JSON.parse(text || '{}') ?? {};
  } catch {
    return {};
  }
}
