// The lines about support that GraphiQL's documentation shows below the gateway's own descriptions. Run by
// test_node_modules.py, or by hand: node --test describe_support.test.mjs
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { describeSupport } from '../../web/src/describeSupport.js';

const { buildSchema, introspectionFromSchema } = createRequire(new URL('../../web/package.json', import.meta.url))(
  'graphql',
);

const SDL = `
  type Query { customer: Customer }
  type Mutation { update(change: CustomerChange!): Boolean }
  "What to change."
  input CustomerChange @oneOf { one: OneCustomerInput twoWords: TwoCustomerInput }
  input OneCustomerInput { "Its name." name: String lists: [OneListInput!] }
  input OneListInput { city: String }
  input TwoCustomerInput { name: String }
  input Unowned { name: String }
  enum Integration { "One." ONE "Two Words." TWO_WORDS THREE FOUR FIVE }
  type Customer { "Its name." name: String id: ID odd: String even: String version: String }
`;

const support = (read, update) => ({ fieldSupport: { read: `[${read}]`, update: `[${update}]` } });
const APPLIED = {
  'Customer.name': support('ONE, TWO_WORDS, THREE, FOUR, FIVE', 'ONE, THREE, FOUR, FIVE'),
  'Customer.id': support('ONE, TWO_WORDS, THREE, FOUR, FIVE', ''),
  'Customer.odd': support('ONE', 'TWO_WORDS'),
  'OneCustomerInput.name': { native: { name: '"Name"', maxLength: '9', clear: '"NEVER"', note: '"Mind it."' } },
  'OneCustomerInput.lists': { native: { list: '"AT_MOST_ONE"' } },
  'OneListInput.city': { native: { name: '"City"', slot: '"HOME"', pattern: '"[A-Z]+"', required: '"IN_ENTRY"' } },
  'TwoCustomerInput.name': { native: { name: '"title"', options: '["A", "B"]', clear: '""' } },
  'Unowned.name': { native: { name: '"Name"' } },
};

const data = introspectionFromSchema(buildSchema(SDL));
for (const type of data.__schema.types) {
  for (const field of [...(type.fields ?? []), ...(type.inputFields ?? [])]) {
    field.appliedDirectives = Object.entries(APPLIED[`${type.name}.${field.name}`] ?? {}).map(([name, args]) => ({
      name,
      args: Object.entries(args).map(([argument, value]) => ({ name: argument, value })),
    }));
  }
}
const described = describeSupport(data);

const CASES = {
  'Customer.name': 'Its name.  \nRead by all. Updated by all but Two Words.',
  'Customer.id': 'Read by all. Updated by none.',
  'Customer.odd': 'Read by One. Updated by Two Words.',
  'Customer.version': null,
  'OneCustomerInput.name': 'Its name.  \nOne: `Name`, at most 9 characters, null is refused. Mind it.',
  'OneCustomerInput.lists': 'One: one entry at most',
  'OneListInput.city': 'One: `City` (HOME), in every entry, matches `[A-Z]+`',
  'TwoCustomerInput.name': 'Two Words: `title`, one of A, B, null sends an empty text',
  'Unowned.name': null,
};

for (const [place, expected] of Object.entries(CASES)) {
  test(place, () => {
    const [type, name] = place.split('.');
    const found = described.__schema.types.find((one) => one.name === type);
    const field = (found.fields ?? found.inputFields).find((one) => one.name === name);
    assert.equal(field.description ?? null, expected);
  });
}

test('a type keeps its own description, and the answer it was made from stays as it was', () => {
  assert.equal(described.__schema.types.find(({ name }) => name === 'CustomerChange').description, 'What to change.');
  const before = data.__schema.types.find(({ name }) => name === 'Customer').fields[0];
  assert.equal(before.description, 'Its name.');
});
