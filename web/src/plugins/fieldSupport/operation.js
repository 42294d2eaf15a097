import {
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  valueFromASTUntyped,
} from 'graphql';

import { problemsOf } from './check.js';
import { levelAt, rowFor, rowsAt } from './facts.js';
import { plainPath, printPath } from './paths.js';
import { below, detailPlaces, headFlag, inputPlaces } from './places.js';

const CUSTOMER = 'Customer';

/** What an empty document sends and selects. */
export const NOTHING = { name: null, changes: [], selected: [], unset: [], definitions: [] };

/**
 * What an operation sends and selects. Throws a GraphQLError when the document does not parse.
 * @returns {{ name: string | null, changes: object[], selected: object[], unset: string[], definitions: object[] }}
 *   `unset`: variables that have to be given and are not; `definitions`: those of all variables, as parsed.
 */
export function readOperation(schema, facts, { text, variables, offset, operationName }) {
  const document = parse(text);
  const operation = chosen(document, offset, operationName);
  if (!operation) return NOTHING;
  const values = { ...defaults(operation), ...variables };
  const root = schema.getRootType(operation.operation);
  return {
    name: operation.name?.value ?? null,
    changes: changesOf(schema, facts, rootFields(document, operation.selectionSet), root, values),
    selected: selectedOf(schema, facts, document, operation.selectionSet, root),
    unset: unsetVariables(operation, values),
    definitions: operation.variableDefinitions ?? [],
  };
}

/** The operation that the cursor is in, else the one that would run, else the first. */
function chosen(document, offset, operationName) {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return (
    operations.find(({ loc }) => loc.start <= offset && offset <= loc.end) ??
    operations.find(({ name }) => name?.value === operationName) ??
    operations[0]
  );
}

function defaults({ variableDefinitions = [] }) {
  const stated = variableDefinitions.filter(({ defaultValue }) => defaultValue);
  return Object.fromEntries(
    stated.map(({ variable, defaultValue }) => [variable.name.value, valueFromASTUntyped(defaultValue)]),
  );
}

function unsetVariables({ variableDefinitions = [] }, values) {
  const needed = variableDefinitions.filter(({ type }) => type.kind === Kind.NON_NULL_TYPE);
  return needed.map(({ variable }) => variable.name.value).filter((name) => values[name] === undefined);
}

function fragmentsOf(document) {
  const found = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return new Map(found.map((fragment) => [fragment.name.value, fragment]));
}

/** The fields of a selection with those of its fragments, each fragment followed once. */
function fieldsIn(fragments, selectionSet, type, schema, seen = new Set()) {
  return (selectionSet?.selections ?? []).flatMap((node) => {
    if (node.kind === Kind.FIELD) return [{ node, type }];
    const inner = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
    if (!inner || seen.has(inner)) return [];
    const narrowed = inner.typeCondition ? schema?.getType(inner.typeCondition.name.value) : type;
    return fieldsIn(fragments, inner.selectionSet, narrowed, schema, new Set([...seen, inner]));
  });
}

function rootFields(document, selectionSet) {
  return fieldsIn(fragmentsOf(document), selectionSet).map(({ node }) => node);
}

function changesOf(schema, facts, nodes, root, values) {
  const places = inputPlaces(schema, facts.integrations);
  return nodes.flatMap((node) => {
    const stated = root?.getFields()[node.name.value]?.args ?? [];
    return (node.arguments ?? []).flatMap(({ name, value }) => {
      const argument = stated.find((one) => one.name === name.value);
      return argument ? changesIn(places, argument.type, valueFromASTUntyped(value, values)) : [];
    });
  });
}

/** Finds the inputs of integrations in the value of an argument, however deep. */
function changesIn(places, type, value) {
  const named = getNamedType(type);
  const place = places.get(named.name);
  if (place) return [{ integration: place.integration, value, sent: sentBelow(place.integration, named, value, []) }];
  if (!isInputObjectType(named) || value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = named.getFields()[name];
    return field ? changesIn(places, field.type, inner) : [];
  });
}

/** Each value of an input, with the row that speaks of it. Lists have an item of their own before those of entries. */
function sentBelow(integration, type, value, steps) {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, given]) => {
    const field = type.getFields()[name];
    if (given === undefined) return []; // A variable without a value leaves the field out.
    if (!field)
      return [
        { path: printPath([...steps, { name, key: null }]), value: given, row: null, problems: ['no such field'] },
      ];
    const inner = getNamedType(field.type);
    const here = [...steps, { name, key: null }];
    if (!isInputObjectType(inner)) return sentValue(integration, here, given);
    const own = sentValue(integration, here, given);
    if (!Array.isArray(given)) return [...own, ...sentBelow(integration, inner, given, here)];
    const head = headFlag(integration, inner, plainPath(here));
    const entries = given.map((entry) =>
      sentBelow(integration, inner, entry, [...steps, { name, key: keyOf(entry, head) }]),
    );
    return [...own, ...entries.flat()];
  });
}

// The type of an entry, its id and the flag of a head say which entry is meant; they are no values of their own.
function sentValue(integration, steps, value) {
  const row = rowFor(integration, steps);
  if (row) return [{ path: row.path, value, row, problems: problemsOf(row, value) }];
  const isKnown = rowsAt(integration, plainPath(steps)).length > 0;
  const key = steps.findLast((step) => step.key !== null)?.key;
  return isKnown ? [{ path: printPath(steps), value, row: null, problems: [`not there for ${key}`] }] : [];
}

function keyOf(entry, head) {
  if (typeof entry?.type === 'string') return entry.type;
  return head && entry?.[head] === true ? '0' : '*';
}

function selectedOf(schema, facts, document, selectionSet, root) {
  const fragments = fragmentsOf(document);
  const levelsOf = levelsIn(schema, facts);
  const found = new Map();
  const walk = (selection, type, path) => {
    for (const { node, type: parent } of fieldsIn(fragments, selection, type, schema)) {
      const name = node.name.value;
      const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : null;
      if (!field) continue;
      const isStart = parent.name === CUSTOMER || isDetails(schema, parent);
      const here = isStart ? name : path && below(path, name);
      const levels = levelsOf(parent, name);
      const shown = here ?? `${parent.name}.${name}`;
      if (levels && !found.has(shown)) found.set(shown, { path: shown, levels });
      walk(node.selectionSet, getNamedType(field.type), here);
    }
  };
  walk(selectionSet, root, null);
  return [...found.values()];
}

function isDetails(schema, type) {
  return schema.getType('CustomerDetails')?.getTypes().includes(type) ?? false;
}

/**
 * A function that tells what each integration does with a field of an output type, by the integration's name: what
 * `@fieldSupport` says, and for what only one system knows, its rows. Null where nothing is stated.
 */
export function levelsIn(schema, facts) {
  const details = detailPlaces(schema, facts.integrations);
  return (type, name) => {
    const support = facts.support.get(`${type.name}.${name}`);
    if (support)
      return new Map([...support.read.map((one) => [one, 'read']), ...support.update.map((one) => [one, 'update'])]);
    const place = details.get(type.name);
    return place
      ? new Map(place.integrations.map((one) => [one.name, levelAt(one, below(place.path, name)) ?? 'read']))
      : null;
  };
}
