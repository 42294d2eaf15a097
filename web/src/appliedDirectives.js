import { parseConstValue, valueFromASTUntyped } from 'graphql';

/** What a selection of an introspection element asks for. Only the gateway itself answers it; a standard client does not see it. */
export const APPLIED = 'appliedDirectives { name args { name value } }';

/** The arguments of each application of a directive to an introspected element, as plain values. */
export function applications(element, directive) {
  return (element.appliedDirectives ?? []).filter(({ name }) => name === directive).map(({ args }) => plain(args));
}

function plain(args) {
  return Object.fromEntries(args.map(({ name, value }) => [name, valueFromASTUntyped(parseConstValue(value))]));
}
