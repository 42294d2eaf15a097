import { applications } from './appliedDirectives.js';
import { factWords, listed } from './plugins/fieldSupport/words.js';

// Markdown's line break: the documentation shows only the first paragraph of a description in its lists.
const BREAK = '  \n';

/**
 * An introspection result whose descriptions end with what the directives state, for the documentation and completion.
 * Done here and not in the gateway's own descriptions: in `schema.graphql` the directive stands beside the description
 * already, and a standard introspection query keeps its answer.
 */
export function describeSupport(data) {
  const { types } = data.__schema;
  const labels = labelsOf(types);
  const owners = ownersOf(types, labels);
  const described = types.map((type) => ({
    ...type,
    fields: type.fields?.map((field) => withLine(field, supportLine(field, labels))) ?? type.fields,
    inputFields:
      type.inputFields?.map((field) => withLine(field, nativeLine(field, owners.get(type.name)))) ?? type.inputFields,
  }));
  return { ...data, __schema: { ...data.__schema, types: described } };
}

function withLine(element, line) {
  if (!line) return element;
  return { ...element, description: element.description ? `${element.description}${BREAK}${line}` : line };
}

/** The integrations' names for people: what the descriptions of the enum's values begin with. */
function labelsOf(types) {
  const values = types.find(({ name }) => name === 'Integration')?.enumValues ?? [];
  return new Map(values.map(({ name, description }) => [name, description?.split(',')[0].replace(/\.$/, '') || name]));
}

/** Which integration each input type belongs to. */
function ownersOf(types, labels) {
  const byName = new Map(types.map((type) => [type.name, type]));
  const found = new Map();
  const walk = (type, label) => {
    if (!type?.inputFields || found.has(type.name)) return;
    found.set(type.name, label);
    for (const field of type.inputFields) walk(byName.get(nameOf(field.type)), label);
  };
  for (const member of byName.get('CustomerChange')?.inputFields ?? []) {
    const name = member.name.replace(/[A-Z]/g, '_$&').toUpperCase();
    walk(byName.get(nameOf(member.type)), labels.get(name) ?? member.name);
  }
  return found;
}

function nameOf(type) {
  return type.ofType ? nameOf(type.ofType) : type.name;
}

/** Who reads and who updates an output field. */
function supportLine(field, labels) {
  const [support] = applications(field, 'fieldSupport');
  if (!support) return null;
  return `Read by ${those(support.read, labels)}. Updated by ${those(support.update, labels)}.`;
}

function those(names, labels) {
  if (names.length === 0) return 'none';
  const others = [...labels.keys()].filter((name) => !names.includes(name));
  if (others.length === 0) return 'all';
  const shown = (some) => listed(some.map((name) => labels.get(name)));
  return others.length < 4 ? `all but ${shown(others)}` : shown(names);
}

/** Where an input field lies at its provider, and what is admitted there. */
function nativeLine(field, label) {
  const stated = label ? applications(field, 'native') : [];
  return stated.length === 0 ? null : `${label}: ${stated.map(nativeWords).join(' · ')}`;
}

function nativeWords({ name, slot, list, required, ...facts }) {
  const words = factWords({
    ...facts,
    update: true,
    type: list ? '[]' : '',
    listSemantics: list ?? null,
    requiredOnUpdate: required === 'ON_UPDATE',
    requiredInEntry: required === 'IN_ENTRY',
  }).map((word) => word.replace(/^matches (.*)$/s, 'matches `$1`'));
  const place = [name && `\`${name}\``, slot && `(${slot})`].filter(Boolean).join(' ');
  const stated = [place, ...words].filter(Boolean).join(', ');
  return [stated, facts.note].filter(Boolean).join('. ');
}
