import { getNamedType, GraphQLBoolean, isInputObjectType, isObjectType } from 'graphql';

import { rowsAt } from './facts.js';

/** Where each input type of an integration belongs: `FortnoxAddressInput` is `addresses` of Fortnox. */
export function inputPlaces(schema, integrations) {
  const found = new Map();
  for (const integration of integrations) {
    const walk = (type, path) => {
      if (!isInputObjectType(type) || found.has(type.name)) return;
      found.set(type.name, { integration, path });
      for (const field of Object.values(type.getFields())) walk(getNamedType(field.type), below(path, field.name));
    };
    walk(schema.getType(integration.inputType), '');
  }
  return found;
}

/** Where the values of each output type stand in a customer: `Address` is `addresses`; the first place counts. */
export function outputPlaces(schema) {
  const found = new Map();
  const waiting = [[schema.getType('Customer'), '']];
  for (const [type, path] of waiting) {
    if (!isObjectType(type) || found.has(type.name)) continue;
    found.set(type.name, path);
    for (const field of Object.values(type.getFields()))
      waiting.push([getNamedType(field.type), below(path, field.name)]);
  }
  return found;
}

/** Where the types stand in which integrations keep what only they know: `FortnoxDefaultTemplates` is `defaultTemplates`. */
export function detailPlaces(schema, integrations) {
  const found = new Map();
  for (const integration of integrations) {
    const seen = new Set();
    const walk = (type, path) => {
      if (!isObjectType(type) || seen.has(type.name)) return;
      seen.add(type.name);
      const place = found.get(type.name) ?? { integrations: [], path };
      found.set(type.name, { ...place, integrations: [...place.integrations, integration] });
      for (const field of Object.values(type.getFields())) walk(getNamedType(field.type), below(path, field.name));
    };
    walk(schema.getType(integration.inputType.replace(/CustomerInput$/, 'Details')), '');
  }
  return found;
}

export function below(path, name) {
  return path === '' ? name : `${path}.${name}`;
}

/** The flag that tells the first entry of a list, kept in a place of its own, from the others: no fact speaks of it. */
export function headFlag(integration, entryType, path) {
  const fields = Object.values(entryType.getFields());
  const flag = fields.find(
    ({ name, type }) => type.name === GraphQLBoolean.name && rowsAt(integration, below(path, name)).length === 0,
  );
  return flag?.name ?? null;
}
