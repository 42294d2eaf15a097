// What is asked of the gateway. Which values of a customer are read follows from `integrations { fields }` and from the
// schema's own types, so that nothing here knows any accounting system.
import { segmentsOf } from './paths.js';

export async function ask(query, variables) {
  const answer = await fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  return data;
}

const START = `{
  connections { id integration companyId status }
  integrations {
    name label inputType companyRequired
    fields { path type update requiredInEntry maxLength minLength pattern options clear listSemantics note nativeName }
    missing { path reason }
  }
  __schema { types { name fields { name type { ...Named } } inputFields { name type { ...Named } } } }
}
fragment Named on __Type { name ofType { name ofType { name ofType { name } } } }`;

/** Connections that can be used, integrations by name, and the types of the schema by name: `{field: its type's name}`. */
export async function start() {
  const { connections, integrations, __schema: { types } } = await ask(START);
  const named = (type) => type.name ?? named(type.ofType);
  const fieldsOf = ({ fields, inputFields }) =>
    Object.fromEntries((fields ?? inputFields ?? []).map(({ name, type }) => [name, named(type)]));
  return {
    connections: connections.filter(({ integration }) => integration !== null),
    integrations: new Map(integrations.map((item) => [item.name, item])),
    types: new Map(types.map((type) => [type.name, fieldsOf(type)])),
  };
}

export async function companiesOf(connectionId) {
  const query = 'query ($connectionId: ID!) { companies(connectionId: $connectionId) { id name unfit } }';
  return (await ask(query, { connectionId })).companies;
}

export async function customersOf(connectionId, companyId) {
  const query = `query ($connectionId: ID!, $companyId: ID) {
    customers(connectionId: $connectionId, companyId: $companyId, first: 100) { nodes { id nativeId companyName number } }
  }`;
  return (await ask(query, { connectionId, companyId })).customers.nodes;
}

/** The member of `CustomerChange` that takes this integration's input. */
export function memberOf({ types }, { inputType }) {
  return Object.entries(types.get('CustomerChange')).find(([, type]) => type === inputType)[0];
}

/** A fragment with every value that can be changed, and for each field where it stands: `customer` or its `details`. */
export function reading({ types }, integration) {
  const details = integration.inputType.replace(/CustomerInput$/, 'Details');
  const chosen = { customer: {}, details: {} };
  const places = new Map();
  for (const { path } of integration.fields.filter(isLeaf)) {
    const place = [['customer', 'Customer'], ['details', details]].find(([, type]) => has(types, type, path));
    if (!place) continue;
    places.set(path, place[0]);
    choose(types, place[1], segmentsOf(path), chosen[place[0]]);
  }
  const own = Object.keys(chosen.details).length ? `details { ... on ${details} ${braces(chosen.details)} }` : '';
  const fragment = `fragment Shown on Customer { id nativeId version companyName ${words(chosen.customer)} ${own} }`;
  return { fragment, places };
}

/** Whether a person can type the value in: what holds other values cannot be. */
export function isLeaf({ update, type }) {
  return update && (type === '[String!]' || !(type.startsWith('[') || type.endsWith('Input')));
}

function has(types, type, path) {
  return segmentsOf(path).reduce((at, { name }) => at && types.get(at)?.[name], type) !== undefined;
}

function choose(types, type, [{ name, slot }, ...rest], into) {
  const below = types.get(type)[name];
  into[name] ??= {};
  if (slot) for (const word of ['id', 'type']) if (types.get(below)?.[word]) into[name][word] = {};
  if (rest.length) choose(types, below, rest, into[name]);
}

const words = (tree) => Object.entries(tree).map(([name, below]) => `${name} ${braces(below)}`).join(' ');
const braces = (tree) => (Object.keys(tree).length ? `{ ${words(tree)} }` : '');

export async function readCustomer(fragment, id) {
  return (await ask(`query ($id: ID!) { customer(by: { id: $id }) { ...Shown } } ${fragment}`, { id })).customer;
}

export async function updateCustomer(fragment, input) {
  const query = `mutation ($input: UpdateCustomerInput!) {
    updateCustomer(input: $input) {
      customer { ...Shown }
      changes { path before after }
      requests { step method path status body writes }
      warnings { code message path sent stored }
      errors {
        __typename code message path retryable providerMessage
        ... on VersionConflict { current { ...Shown } }
        ... on RateLimited { retryAfter }
      }
      dryRun
    }
  } ${fragment}`;
  return (await ask(query, { input })).updateCustomer;
}
