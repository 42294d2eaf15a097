// The fields of one customer's form, made from the facts that the gateway states of its integration.
import { isLeaf } from './gateway.js';
import { segmentsOf, spread, textOf, valueAt } from './paths.js';

/** `addressLine1` as `Address line 1`, `INVOICE_CC` as `Invoice cc`. */
export function spoken(name) {
  const apart = name.replace(/([a-z])([A-Z0-9])/g, '$1 $2').replaceAll('_', ' ').toLowerCase();
  return (apart[0].toUpperCase() + apart.slice(1)).replace(/\b(vat|gln|iban|bic)\b/gi, (word) => word.toUpperCase());
}

/** Every field of the form: its facts, its own path, its label, its group and the value that the record has. */
export function fieldsOf(integration, places, customer) {
  const record = { ...customer.details, ...customer };
  const small = smallLists(integration.fields);
  return integration.fields.filter(isLeaf).flatMap((facts) =>
    spread(facts.path, record).map((path) => {
      const [first, ...rest] = segmentsOf(path);
      const root = places.get(facts.path) === 'details' ? customer.details : customer;
      return {
        ...facts,
        path,
        value: valueAt(root, path) ?? null,
        ...(small.has(first.name)
          ? { group: spoken(first.name), label: `${spoken(first.slot)}: ${spoken(rest[0].name).toLowerCase()}` }
          : {
              group: rest.length ? groupName(first, record) : root === customer ? 'General' : `Only in ${integration.label}`,
              label: (rest.length ? rest : [first]).map(({ name, slot }) => spoken(name) + (slot ? `, ${spoken(slot)}` : '')).join(': '),
            }),
      };
    }));
}

/** Lists with an entry for each type that hold a value or two: they share a group. */
function smallLists(fields) {
  const counts = Map.groupBy(fields.filter(isLeaf).filter(({ path }) => /^\w+\[[A-Z_0-9]*[A-Z]\w*\]/.test(path)), ({ path }) => path.split(']')[0]);
  return new Set([...counts].filter(([, members]) => members.length <= 2).map(([start]) => start.split('[')[0]));
}

function groupName({ name, slot }, record) {
  if (slot === undefined || slot === '0') return spoken(name);
  if (slot === 'new') return `${spoken(name)}: a new one`;
  if (!slot.startsWith('#')) return `${spoken(name)}: ${spoken(slot)}`;
  const entry = valueAt(record, textOf([{ name, slot }]));
  const known = entry.name ?? [entry.firstName, entry.lastName].filter(Boolean).join(' ');
  return `${spoken(name)}: ${known || entry.iban || slot.slice(1)}`;
}

/** The label with its group, where the group says more. */
export const titleOf = ({ group, label }) => (group === 'General' ? label : `${group}: ${label}`);

export const canClear = ({ clear }) => clear !== 'NEVER';

/** What is sent for a field: null clears it. */
export function sent({ type }, edit) {
  if (edit.clear) return null;
  if (type === 'Int' || type === 'Float') return Number(edit.value);
  if (type === 'Boolean') return edit.value === 'true';
  if (type === '[String!]') return edit.value.split('\n').map((line) => line.trim()).filter(Boolean);
  return edit.value;
}

/** A value as the text of its control. */
export function typed(value) {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join('\n') : String(value);
}

/** What the stated facts already say of an edit. The gateway checks again and has the last word. */
export function problemOf(field, edit) {
  if (edit === undefined) return null;
  if (edit.clear) return canClear(field) ? null : 'This system cannot clear it.';
  const { minLength, maxLength, pattern } = field;
  const length = [...edit.value].length;
  if (maxLength && length > maxLength) return `${length} characters; at most ${maxLength} are kept.`;
  if (minLength && length < minLength) return `At least ${minLength} characters.`;
  if (pattern && !matches(pattern, edit.value)) return `Not of the form ${pattern}.`;
  return null;
}

function matches(pattern, text) {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(text);
  } catch {
    return true; // a pattern that JavaScript reads differently: left to the gateway
  }
}
