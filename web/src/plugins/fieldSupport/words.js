const CLEARS = {
  NULL: 'null clears it',
  OMIT: 'null leaves it out',
  NEVER: 'null is refused',
  WITH_ENTRY: 'null only with its whole entry',
  ENTRY: 'null removes its entry',
};

const LISTS = {
  MERGE_BY_TYPE: 'entries of other types stay',
  AT_MOST_ONE: 'one entry at most',
  MERGE_BY_ID: 'entries not given stay',
};

export const SIGNS = { update: 'W', read: 'R' };

const LEVEL_WORDS = { update: 'read and update', read: 'read only' };

export function levelWords(level) {
  return LEVEL_WORDS[level] ?? 'not supported';
}

/** What null makes of a value. The provider's own word, when there is one, is what null sends. */
export function clearWords(clear) {
  if (clear === null || clear === undefined) return null;
  return CLEARS[clear] ?? (clear === '' ? 'null sends an empty text' : `null sends ${clear}`);
}

/** The facts of one row, a few words each, without its names. */
export function factWords(row) {
  const isList = row.type.startsWith('[') && row.listSemantics !== null;
  return [
    !row.update && 'read only',
    row.requiredOnUpdate && 'in every update',
    row.requiredInEntry && 'in every entry',
    row.maxLength && `at most ${row.maxLength} characters`,
    row.minLength && `at least ${row.minLength} characters`,
    row.options && `${isList ? 'types' : 'one of'} ${row.options.join(', ')}`,
    row.pattern && !row.options && `matches ${row.pattern}`,
    isList && LISTS[row.listSemantics],
    row.update && clearWords(row.clear),
  ].filter(Boolean);
}

/** `a, b and c` */
export function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** An integration's name without what stands in brackets after it. */
export function shortLabel({ label }) {
  return label.replace(/ \(.*\)$/, '');
}
