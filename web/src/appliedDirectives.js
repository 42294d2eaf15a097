import { parseConstValue, valueFromASTUntyped } from 'graphql';

/** What to select of an introspected element. The gateway answers it; a standard schema does not know of it. */
export const APPLIED = 'appliedDirectives { name args { name value } }';

/** The arguments of each application of a directive to an introspected element, as plain values. */
export function applications(element, directive) {
  return (element.appliedDirectives ?? []).filter(({ name }) => name === directive).map(({ args }) => plain(args));
}

function plain(args) {
  return Object.fromEntries(args.map(({ name, value }) => [name, valueFromASTUntyped(parseConstValue(value))]));
}
