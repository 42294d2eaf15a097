// Unified paths such as `addresses[BILLING].city` or `contactPersons[*].emailAddresses[BUSINESS].email`. The slot in
// brackets says which entry of a list: one of a type, the only one (`0`), or any (`*`), which here becomes the entry
// with an id (`#7`) or a new one (`new`).

/** `addresses[BILLING].city` as `[{name: 'addresses', slot: 'BILLING'}, {name: 'city'}]`. */
export function segmentsOf(path) {
  return [...path.matchAll(/([^.[\]]+)(?:\[([^\]]*)\])?/g)].map(([, name, slot]) => ({ name, slot }));
}

export function textOf(segments) {
  return segments.map(({ name, slot }) => (slot === undefined ? name : `${name}[${slot}]`)).join('.');
}

/** The value of a record at a path; undefined where the record has no such entry. */
export function valueAt(record, path) {
  return segmentsOf(path).reduce((value, { name, slot }) => {
    const found = value?.[name];
    return slot === undefined ? found : entryOf(found, slot);
  }, record);
}

function entryOf(entries, slot) {
  if (slot === '0') return entries?.[0];
  return entries?.find(({ id, type }) => (slot.startsWith('#') ? String(id) === slot.slice(1) : type === slot));
}

/** The path once for each entry that the record has, and once for a new one; itself where nothing is left open. */
export function spread(path, record) {
  const segments = segmentsOf(path);
  const at = segments.findIndex(({ slot }) => slot === '*');
  if (at < 0) return [path];
  const entries = record[segments[at].name] ?? [];
  const slots = [...entries.filter(({ id }) => id).map(({ id }) => `#${id}`), 'new'];
  return slots.map((slot) => textOf(segments.with(at, { ...segments[at], slot })));
}

/**
 * The change that holds the given values, and a way back: `pathOf` says which path the gateway means by its own, which
 * counts entries in the order in which they were sent.
 */
export function changeOf(values) {
  const change = {};
  const slots = new Map();
  for (const [path, value] of values) {
    const segments = segmentsOf(path);
    let at = change;
    let sent = '';
    for (const [number, { name, slot }] of segments.entries()) {
      sent += `/${name}`;
      if (number === segments.length - 1) at[name] = value;
      else if (slot === undefined) at = at[name] ??= {};
      else {
        const entries = (at[name] ??= []);
        let index = entries.findIndex((_, place) => slots.get(`${sent}/${place}`) === slot);
        if (index < 0) {
          index = entries.push(entryFor(slot)) - 1;
          slots.set(`${sent}/${index}`, slot);
        }
        at = entries[index];
        sent += `/${index}`;
      }
    }
  }
  return { change, pathOf: (path) => pathOf(path, slots) };
}

function entryFor(slot) {
  if (slot.startsWith('#')) return { id: slot.slice(1) };
  return slot === '0' || slot === 'new' ? {} : { type: slot };
}

function pathOf(words, slots) {
  const segments = [];
  let sent = '';
  for (const word of words) {
    sent += `/${word}`;
    if (slots.has(sent)) segments.at(-1).slot = slots.get(sent);
    else segments.push({ name: word });
  }
  return textOf(segments);
}
