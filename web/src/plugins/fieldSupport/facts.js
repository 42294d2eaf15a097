import { APPLIED, applications } from '../../appliedDirectives.js';
import { isWithin, plainPath, stepsOf } from './paths.js';

const INTEGRATIONS = `query FieldFacts {
  integrations {
    name label inputType updateSemantics trust checkedOn notes
    fields {
      path nativeName type read update requiredOnUpdate requiredInEntry
      maxLength minLength pattern options clear listSemantics note
    }
    missing { path reason }
  }
}`;

const DIRECTIVES = `query FieldSupportDirectives {
  __schema { types { name fields(includeDeprecated: true) { name ${APPLIED} } } }
}`;

/** Levels of support, the better one first. */
export const LEVELS = ['update', 'read'];

/**
 * Everything the gateway states of fields. `ask` sends one query and returns the GraphQL result.
 * Throws when the facts themselves are refused; without introspection `support` is empty and `problem` says why.
 */
export async function loadFacts(ask) {
  const [stated, applied] = await Promise.all([ask(INTEGRATIONS), ask(DIRECTIVES)]);
  if (!stated.data?.integrations) throw new Error(problemOf(stated));
  const types = applied.data?.__schema?.types;
  return {
    integrations: stated.data.integrations.map(indexed),
    support: supportOf(types ?? []),
    problem: types ? null : problemOf(applied),
  };
}

/** `@fieldSupport` of each output field, by `Type.field`: which integrations read it, which update it. */
function supportOf(types) {
  const found = new Map();
  for (const { name: type, fields } of types) {
    for (const field of fields ?? []) {
      const [support] = applications(field, 'fieldSupport');
      if (support) found.set(`${type}.${field.name}`, support);
    }
  }
  return found;
}

/** An integration with its rows ready to be looked up. `member` is its name in `CustomerChange`. */
function indexed(integration) {
  const fields = integration.fields.map((row) => {
    const steps = stepsOf(row.path);
    return { ...row, steps, plain: plainPath(steps) };
  });
  return { ...integration, fields, member: memberOf(integration.name) };
}

function memberOf(name) {
  return name.toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase());
}

// The first of them says it: without introspection every field of the query has an error of its own.
function problemOf({ errors }) {
  return errors?.[0]?.message ?? 'The answer holds no data.';
}

/** The rows of a value, without regard to the types of list entries. */
export function rowsAt({ fields }, path) {
  return fields.filter((row) => row.plain === path);
}

/** What an integration can do with a value, or with anything below it: `update`, `read` or null. */
export function levelAt({ fields }, path) {
  const rows = fields.filter((row) => isWithin(row.plain, path));
  return LEVELS.find((level) => rows.some((row) => row[level])) ?? null;
}

/** Why an integration cannot write a value; a reason for `addresses` is one for all below it. */
export function reasonAt({ missing }, path) {
  return missing.find((gap) => isWithin(path, gap.path))?.reason ?? null;
}

/** The row of one place in a change. Without the type of an entry any of its types will do. */
export function rowFor(integration, steps) {
  const rows = rowsAt(integration, plainPath(steps)).filter((row) =>
    row.steps.every(({ key }, at) => fits(key, steps[at].key)),
  );
  return rows.find((row) => row.steps.every(({ key }, at) => key === steps[at].key)) ?? rows[0] ?? null;
}

// Entries without a type are numbered differently by a change and by the facts, which say only [0] and [*].
function fits(stated, given) {
  return stated === null || given === null || /^[\d*]+$/.test(stated) || stated === given;
}
