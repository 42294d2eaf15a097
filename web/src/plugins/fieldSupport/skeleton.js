import { getNamedType, isInputObjectType } from 'graphql';

import { plainPath, printPath } from './paths.js';
import { placeholderOf } from './placeholder.js';
import { headFlag } from './places.js';

const REPLACE = { native: { connectionId: 'your-connection', nativeId: 'id-at-the-provider' } };

/**
 * An update of one integration with exactly the values it can write, as the texts of the two editors. It is a dry run
 * until `dryRun` is changed.
 */
export function skeletonOf(schema, integration, customer = REPLACE) {
  const stem = integration.inputType.replace(/CustomerInput$/, '');
  const query = `mutation Update${stem}($customer: CustomerBy!, $change: ${integration.inputType}!, $dryRun: Boolean! = true) {
  updateCustomer(input: { customer: $customer, change: { ${integration.member}: $change }, dryRun: $dryRun }) {
    dryRun
    customer { id version companyName }
    changes { path before after }
    requests { step writes method path status body }
    warnings { code message path }
    errors { __typename code message path }
  }
}
`;
  const variables = { customer, change: changeOf(schema, integration), dryRun: true };
  return { query, variables: JSON.stringify(variables, null, 2) };
}

/** The values an integration writes, those first without which no update or no entry is taken. */
function changeOf(schema, integration) {
  const places = new Map();
  const change = {};
  for (const row of inOrder(integration.fields.filter(({ update }) => update))) {
    const found = find(row.steps, change, schema.getType(integration.inputType));
    if (found) found.target[found.name] = placeholderOf(row);
  }
  return change;

  /** Where a value stands, with the objects and list entries around it made; null for a list, whose entries follow. */
  function find(steps, start, startType) {
    let [target, type] = [start, startType];
    for (const [at, { name, key }] of steps.entries()) {
      const inner = getNamedType(type.getFields()[name].type);
      if (!isInputObjectType(inner)) return { target, name };
      if (at === steps.length - 1) return null;
      target = key === null ? (target[name] ??= {}) : entry(target, inner, steps.slice(0, at + 1));
      type = inner;
    }
    return null;
  }

  function entry(target, type, steps) {
    const place = printPath(steps);
    if (!places.has(place)) {
      const { name, key } = steps.at(-1);
      const made = markOf(integration, type, key, plainPath(steps));
      places.set(place, made);
      (target[name] ??= []).push(made);
    }
    return places.get(place);
  }
}

function inOrder(rows) {
  const rank = ({ requiredOnUpdate, requiredInEntry }) => (requiredOnUpdate ? 0 : requiredInEntry ? 1 : 2);
  return [...rows].sort((one, other) => rank(one) - rank(other));
}

/** What tells an entry from the others of its list: its type, or that it is the head. */
function markOf(integration, type, key, path) {
  if (key !== '0' && key !== '*') return { type: key };
  const flag = headFlag(integration, type, path);
  return flag && key === '0' ? { [flag]: true } : {};
}
