import { matches } from './check.js';

// For a text that has to have a form: the first that the form admits, after the words of the field's own name.
const FORMED = [
  '30',
  '1000',
  '12.50',
  'SE',
  'USD',
  'sv-SE',
  'name@example.com',
  '2026-01-31',
  '7300009000992',
  'SE556677889901',
  'https://www.example.com',
  '6f1b2a7e-1d0c-4c8e-9a44-3a5e0b6c9d77',
];

const OF_TYPE = { Boolean: true, Int: 1, Float: 0.5, '[String!]': ['Text'] };

/** A value of the right type and form for a field, to be replaced by the caller. */
export function placeholderOf(row) {
  if (row.options) return row.options[0];
  if (row.type in OF_TYPE) return OF_TYPE[row.type];
  const name = row.plain.split('.').at(-1);
  const words = name.replace(/([a-z])([A-Z0-9])/g, '$1 $2').toLowerCase();
  return (
    [words, ...FORMED].map((text) => ofLength(text, row)).find((text) => admits(row, text)) ?? ofLength(words, row)
  );
}

function admits({ pattern }, text) {
  return pattern === null || matches(pattern, text);
}

function ofLength(text, { minLength, maxLength }) {
  return [...text.padEnd(minLength ?? 0, 'x')]
    .slice(0, maxLength ?? undefined)
    .join('')
    .trimEnd();
}
