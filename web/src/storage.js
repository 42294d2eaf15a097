import { StorageAPI } from '@graphiql/toolkit';

// The history plugin saves an operation with its headers even when header persistence is off.
const KEYS_WITH_HEADERS = new Set(['graphiql:queries', 'graphiql:favorites']);

/** The browser's storage, except that no header (an API key, usually) is ever written to it. */
export const storage = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, KEYS_WITH_HEADERS.has(key) ? withoutHeaders(value) : value),
  removeItem: (key) => localStorage.removeItem(key),
  clear() {
    for (const key of ownKeys()) localStorage.removeItem(key);
  },
  get length() {
    return ownKeys().length;
  },
};

/** On a first visit, puts the first tab where GraphiQL looks; later its saved session wins.
 *  `defaultTabs` alone would leave the variables editor empty (GraphiQL 5.4 takes only the query from it). */
export function openFirstTab([first]) {
  const saved = new StorageAPI(storage);
  if (!first || saved.get('tabState') !== null) return;
  saved.set('query', first.query ?? '');
  saved.set('variables', first.variables ?? '');
}

function withoutHeaders(json) {
  return JSON.stringify(JSON.parse(json), (name, value) => (name === 'headers' ? undefined : value));
}

function ownKeys() {
  return Object.keys(localStorage).filter((key) => key.startsWith('graphiql:'));
}
