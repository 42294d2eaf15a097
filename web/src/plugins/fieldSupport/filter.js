import { factWords } from './words.js';

/** A test of texts against what was typed: every word has to be somewhere in them, in any case. */
export function filterOf(typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return (...texts) => {
    const all = texts.join(' ').toLowerCase();
    return words.every((word) => all.includes(word));
  };
}

/** The texts of a row that a filter looks at. */
export function textsOf(integration, row) {
  return [integration.label, row.path, row.nativeName, row.note ?? '', ...factWords(row)];
}

/** The rows of all integrations that pass, at most `most` of them, and how many more there are. */
export function searchRows(integrations, passes, most) {
  const found = integrations.flatMap((integration) =>
    integration.fields.filter((row) => passes(...textsOf(integration, row))).map((row) => ({ integration, row })),
  );
  return { shown: found.slice(0, most), more: Math.max(0, found.length - most) };
}
