import { isInputObjectType, isObjectType } from 'graphql';

import { levelAt, reasonAt, rowsAt } from './facts.js';
import { levelsIn } from './operation.js';
import { below, detailPlaces, inputPlaces, outputPlaces } from './places.js';

/**
 * What all integrations do with the fields of a type: rows of { name, path, levels }, where `levels` goes by the names of
 * integrations. Null for a type that no fact speaks of.
 */
export function tableOf(schema, facts, type) {
  const rows = isInputObjectType(type) ? rowsOfInput(schema, facts, type) : rowsOfOutput(schema, facts, type);
  return rows.length > 0 ? { type: type.name, rows } : null;
}

function rowsOfOutput(schema, facts, type) {
  if (!isObjectType(type)) return [];
  const levelsOf = levelsIn(schema, facts);
  const place =
    outputPlaces(schema).get(type.name) ?? detailPlaces(schema, facts.integrations).get(type.name)?.path ?? '';
  return Object.keys(type.getFields()).flatMap((name) => {
    const levels = levelsOf(type, name);
    return levels ? [{ name, path: below(place, name), levels }] : [];
  });
}

/** The fields of the input, then those that other integrations have in its place. */
function rowsOfInput(schema, facts, type) {
  const place = inputPlaces(schema, facts.integrations).get(type.name);
  if (!place) return [];
  const own = Object.keys(type.getFields());
  const others = [...outputPlaces(schema)].find(([, path]) => path === place.path)?.[0];
  const unified = Object.keys(schema.getType(others ?? '')?.getFields() ?? {});
  return [...new Set([...own, ...unified])].flatMap((name) => {
    const path = below(place.path, name);
    const levels = levelsAt(facts, path);
    return levels.size > 0 ? [{ name, path, levels }] : [];
  });
}

function levelsAt({ integrations }, path) {
  const found = integrations.map((integration) => [integration.name, levelAt(integration, path)]);
  return new Map(found.filter(([, level]) => level !== null));
}

/** What each integration states of one value: its rows, or the reason why it has none. */
export function fieldAt({ integrations }, path) {
  return integrations.map((integration) => ({
    integration,
    level: levelAt(integration, path),
    rows: rowsAt(integration, path),
    reason: reasonAt(integration, path),
  }));
}
