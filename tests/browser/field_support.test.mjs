// The modules behind GraphiQL's pane that need no browser, on a schema and facts of their own. Run by
// test_node_modules.py, or by hand: node --test field_support.test.mjs
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';

import { problemsOf } from '../../web/src/plugins/fieldSupport/check.js';
import { placeAt, placeInVariables } from '../../web/src/plugins/fieldSupport/cursor.js';
import { customerIn } from '../../web/src/plugins/fieldSupport/customer.js';
import { loadFacts } from '../../web/src/plugins/fieldSupport/facts.js';
import { filterOf, searchRows } from '../../web/src/plugins/fieldSupport/filter.js';
import { readOperation } from '../../web/src/plugins/fieldSupport/operation.js';
import { placeholderOf } from '../../web/src/plugins/fieldSupport/placeholder.js';
import { skeletonOf } from '../../web/src/plugins/fieldSupport/skeleton.js';
import { fieldAt, tableOf } from '../../web/src/plugins/fieldSupport/table.js';
import { factWords } from '../../web/src/plugins/fieldSupport/words.js';

// The copy of graphql-js that the modules use: types of another one are strangers to it.
const { buildSchema, parse, validate } = createRequire(new URL('../../web/package.json', import.meta.url))('graphql');

const SDL = `
  type Query { customer(id: ID): Customer ping: String }
  type Mutation { updateCustomer(input: UpdateCustomerInput!): Payload! }
  input UpdateCustomerInput { customer: CustomerBy! change: CustomerChange! dryRun: Boolean! = false }
  input CustomerBy @oneOf { id: ID native: NativeRef }
  input NativeRef { connectionId: ID! nativeId: ID! }
  input CustomerChange @oneOf { plain: PlainCustomerInput twoWords: TwoWordsCustomerInput }
  input PlainCustomerInput { name: String kind: Kind addresses: [PlainAddressInput!] people: [PlainPersonInput!] group: PlainGroupInput }
  input PlainAddressInput { type: AddressType! city: String line2: String }
  input PlainPersonInput { id: ID isHead: Boolean name: String active: Boolean }
  input PlainGroupInput { color: String }
  input TwoWordsCustomerInput { name: String }
  enum Integration { PLAIN TWO_WORDS }
  enum AddressType { HOME AWAY }
  enum Kind { A B }
  type Payload { dryRun: Boolean! customer: Customer changes: [Change!]! requests: [Request!]! warnings: [Problem!]! errors: [Problem!]! }
  type Change { path: String before: String after: String }
  type Request { step: String writes: Boolean method: String path: String status: Int body: String }
  type Problem { code: String message: String path: [String!] }
  type Customer { id: ID! version: String companyName: String name: String addresses: [Address!]! details: CustomerDetails }
  type Address { type: AddressType! city: String }
  union CustomerDetails = PlainDetails | TwoWordsDetails
  type PlainDetails { group: PlainGroup }
  type PlainGroup { color: String weight: Int }
  type TwoWordsDetails { odd: String }
`;

const BLANK = {
  nativeName: '',
  type: 'String',
  read: true,
  update: true,
  requiredOnUpdate: false,
  requiredInEntry: false,
  maxLength: null,
  minLength: null,
  pattern: null,
  options: null,
  clear: 'NULL',
  listSemantics: null,
  note: null,
};

const ABOUT = { updateSemantics: 'PARTIAL', trust: 'SIMULATED', checkedOn: '2026-01-01', notes: '' };

const STATED = [
  {
    ...ABOUT,
    name: 'PLAIN',
    label: 'Plain',
    inputType: 'PlainCustomerInput',
    fields: [
      { ...BLANK, path: 'kind', type: 'Kind', options: ['B', 'A'], clear: 'NEVER' },
      { ...BLANK, path: 'name', nativeName: 'Name', maxLength: 5, requiredOnUpdate: true },
      {
        ...BLANK,
        path: 'addresses',
        type: '[PlainAddressInput!]',
        listSemantics: 'MERGE_BY_TYPE',
        options: ['HOME', 'AWAY'],
      },
      { ...BLANK, path: 'addresses[HOME].city', nativeName: 'homeCity', pattern: '[A-Z]{2}' },
      { ...BLANK, path: 'addresses[HOME].line2', nativeName: 'homeLine' },
      { ...BLANK, path: 'addresses[AWAY].city', nativeName: 'awayCity', requiredInEntry: true },
      { ...BLANK, path: 'people', type: '[PlainPersonInput!]', listSemantics: 'MERGE_BY_ID' },
      { ...BLANK, path: 'people[0].name', nativeName: 'head.name', clear: 'NEVER' },
      { ...BLANK, path: 'people[*].name', nativeName: 'others[*].name' },
      { ...BLANK, path: 'people[*].active', type: 'Boolean', nativeName: 'others[*].active' },
      { ...BLANK, path: 'group.color', nativeName: 'group.colour', note: 'Mind the letters.' },
    ],
    missing: [],
  },
  {
    ...ABOUT,
    name: 'TWO_WORDS',
    label: 'Two Words',
    inputType: 'TwoWordsCustomerInput',
    fields: [
      { ...BLANK, path: 'name', nativeName: 'title' },
      { ...BLANK, path: 'addresses.city', nativeName: 'town', update: false, clear: null },
    ],
    missing: [{ path: 'addresses', reason: 'Nobody writes to them.' }],
  },
];

const applied = (read, update) => [
  {
    name: 'fieldSupport',
    args: [
      { name: 'read', value: `[${read}]` },
      { name: 'update', value: `[${update}]` },
    ],
  },
];

const TYPES = [
  {
    name: 'Customer',
    fields: [
      { name: 'id', appliedDirectives: applied('PLAIN, TWO_WORDS', '') },
      { name: 'name', appliedDirectives: applied('PLAIN, TWO_WORDS', 'PLAIN, TWO_WORDS') },
      { name: 'addresses', appliedDirectives: applied('PLAIN, TWO_WORDS', 'PLAIN') },
      { name: 'version', appliedDirectives: [] },
    ],
  },
  { name: 'Address', fields: [{ name: 'city', appliedDirectives: applied('PLAIN, TWO_WORDS', 'PLAIN') }] },
  { name: 'AddressType', fields: null },
];

const schema = buildSchema(SDL);
const facts = await loadFacts(async (query) =>
  query.includes('__schema') ? { data: { __schema: { types: TYPES } } } : { data: { integrations: STATED } },
);
const [plain, twoWords] = facts.integrations;

function read(text, variables = {}, more = {}) {
  return readOperation(schema, facts, { text, variables, offset: 0, operationName: null, ...more });
}

/** The text without its mark |, and where that was. */
function marked(text) {
  const before = text.slice(0, text.indexOf('|')).split('\n');
  return [text.replace('|', ''), { line: before.length - 1, column: before.at(-1).length }];
}

function placeIn(text) {
  const place = placeAt(schema, ...marked(text));
  return place && [place.type.name, place.field];
}

const change = (body) => `mutation { updateCustomer(input: { customer: { id: "1" }, change: ${body} }) { dryRun } }`;

describe('loading facts', () => {
  test('a refusal says why', async () => {
    const refused = async () => ({ errors: [{ message: 'Send an API key.' }] });
    await assert.rejects(loadFacts(refused), { message: 'Send an API key.' });
  });

  test('without introspection the facts are there and the reason too', async () => {
    const found = await loadFacts(async (query) =>
      query.includes('__schema') ? { errors: [{ message: 'No introspection.' }] } : { data: { integrations: STATED } },
    );
    assert.equal(found.problem, 'No introspection.');
    assert.equal(found.support.size, 0);
    assert.deepEqual(
      found.integrations.map(({ member }) => member),
      ['plain', 'twoWords'],
    );
  });
});

describe('what is sent', () => {
  test('values of a literal, each with the row of its place', () => {
    const { changes } = read(
      change('{ plain: { name: "Jo", addresses: [{ type: AWAY, city: "X" }], group: { color: null } } }'),
    );
    assert.equal(changes.length, 1);
    assert.equal(changes[0].integration, plain);
    assert.deepEqual(
      changes[0].sent.map(({ path, row }) => [path, row?.nativeName]),
      [
        ['name', 'Name'],
        ['addresses', ''],
        ['addresses[AWAY].city', 'awayCity'],
        ['group.color', 'group.colour'],
      ],
    );
    assert.deepEqual(
      changes[0].sent.flatMap(({ problems }) => problems),
      [],
    );
  });

  test('values of variables, at any depth, and their defaults', () => {
    const whole = read('mutation($input: UpdateCustomerInput!) { updateCustomer(input: $input) { dryRun } }', {
      input: { customer: { id: '1' }, change: { twoWords: { name: 'Jo' } } },
    });
    assert.deepEqual(
      whole.changes.map(({ integration, sent }) => [integration, sent[0].value]),
      [[twoWords, 'Jo']],
    );
    const byDefault = read(
      change('{ plain: { name: $name } }').replace('mutation', 'mutation($name: String = "Default")'),
    );
    assert.deepEqual(byDefault.changes[0].sent[0].problems, ['7 characters are too many']);
  });

  test('a variable without a value is named when it is needed, and sends nothing', () => {
    const text = change('{ plain: { name: $a, kind: $b } }').replace('mutation', 'mutation($a: String!, $b: Kind)');
    const { changes, unset } = read(text);
    assert.deepEqual(unset, ['a']);
    assert.deepEqual(changes[0].sent, []);
  });

  test('the head of a list is told from the others', () => {
    const { changes } = read(change('{ plain: { people: [{ isHead: true, name: null }, { name: null }] } }'));
    const people = changes[0].sent.slice(1);
    assert.deepEqual(
      people.map(({ path, problems }) => [path, problems]),
      [
        ['people[0].name', ['null is refused here']],
        ['people[*].name', []],
      ],
    );
  });

  test('a value that its type of entry has no place for, and a field that is not there', () => {
    const { changes } = read(change('{ plain: { addresses: [{ type: AWAY, line2: "x" }], nonsense: 1 } }'));
    assert.deepEqual(
      changes[0].sent.slice(1).map(({ path, row, problems }) => [path, row, problems]),
      [
        ['addresses[AWAY].line2', null, ['not there for AWAY']],
        ['nonsense', null, ['no such field']],
      ],
    );
  });

  test('of several operations the one with the cursor counts, then the named one', () => {
    const text = `query A { ping }\n${change('{ plain: { name: "x" } }').replace('mutation', 'mutation B')}`;
    assert.equal(read(text, {}, { offset: text.length - 1 }).name, 'B');
    assert.equal(read(text, {}, { offset: -1, operationName: 'B' }).name, 'B');
    assert.equal(read(text).name, 'A');
  });

  test('a document that does not parse throws; one without an operation is empty', () => {
    assert.throws(() => read('mutation {'), { name: 'GraphQLError' });
    assert.deepEqual(read('fragment F on Customer { id }').changes, []);
  });
});

describe('what is selected', () => {
  test('fields of a customer by their unified path, through fragments, once each', () => {
    const { selected } = read(`
      { a: customer { id version name ...More } b: customer { id } ping }
      fragment More on Customer { addresses { ... { city } nowhere } ...More }
    `);
    assert.deepEqual(
      selected.map(({ path }) => path),
      ['id', 'name', 'addresses', 'addresses.city'],
    );
    assert.deepEqual(
      [...selected[3].levels],
      [
        ['PLAIN', 'update'],
        ['TWO_WORDS', 'read'],
      ],
    );
  });

  test("an integration's own values, by its rows", () => {
    const { selected } = read(
      '{ customer { details { ... on PlainDetails { group { color weight } } ... on TwoWordsDetails { odd } } } }',
    );
    assert.deepEqual(
      selected.map(({ path, levels }) => [path, [...levels]]),
      [
        ['group', [['PLAIN', 'update']]],
        ['group.color', [['PLAIN', 'update']]],
        ['group.weight', [['PLAIN', 'read']]],
        ['odd', [['TWO_WORDS', 'read']]],
      ],
    );
  });
});

describe('the type under the cursor', () => {
  const cases = [
    ['{ customer { na|me } }', ['Customer', 'name']],
    ['{ customer { addresses { | } } }', ['Address', null]],
    ['{ customer { addresses { ci|', ['Address', 'ci']],
    ['{ customer {\n  |', ['Customer', null]],
    ['fragment F on Address { cit|y }', ['Address', 'city']],
    [change('{ plain: { na|me: "x" } }'), ['PlainCustomerInput', 'name']],
    [change('{ plain: { name: "x|" } }'), ['PlainCustomerInput', 'name']],
    [change('{ plain: { addresses: [{ type: HOME, | }] } }'), ['PlainAddressInput', null]],
    ['mutation { updateCustomer(input: { change: { plain: { group: { |', ['PlainGroupInput', null]],
    ['mutation($c: PlainCustomer|Input!) { ping }', ['PlainCustomerInput', null]],
    ['mutation($c: Str|ing!) { ping }', null],
    ['|', null],
  ];
  for (const [text, expected] of cases) {
    test(text, () => assert.deepEqual(placeIn(text), expected));
  }
});

describe('the type under the cursor of the variables', () => {
  const { definitions } = read('mutation($change: PlainCustomerInput!, $name: String) { ping }');
  const cases = [
    ['{ "change": { "na|me": "x" } }', ['PlainCustomerInput', 'name']],
    ['{ "change": { | } }', ['PlainCustomerInput', null]],
    ['{ "change": { "addresses": [{ "type": "HOME", "city": "x|', ['PlainAddressInput', 'city']],
    ['{ "change": { "addresses": [{ "type": "HOME", | }] } }', ['PlainAddressInput', null]],
    ['{ "change": { "group": { "col|or": "x" } } }', ['PlainGroupInput', 'color']],
    ['{ "change": { "nonsense": { "x": "|" } } }', ['PlainCustomerInput', 'nonsense']],
    ['{ "name": "|" }', null],
    ['{ "unknown": "|" }', null],
    ['|', null],
  ];
  for (const [text, expected] of cases) {
    test(text, () => {
      const place = placeInVariables(schema, definitions, text.replace('|', ''), text.indexOf('|'));
      assert.deepEqual(place && [place.type.name, place.field], expected);
    });
  }
});

describe('the table of a type', () => {
  const rows = (name) =>
    tableOf(schema, facts, schema.getType(name))?.rows.map((row) => [row.path, Object.fromEntries(row.levels)]);

  test('an output type shows what its directives state', () => {
    assert.deepEqual(rows('Address'), [['addresses.city', { PLAIN: 'update', TWO_WORDS: 'read' }]]);
  });

  test('an input shows its fields, then what others have in its place', () => {
    assert.deepEqual(rows('PlainAddressInput'), [
      ['addresses.city', { PLAIN: 'update', TWO_WORDS: 'read' }],
      ['addresses.line2', { PLAIN: 'update' }],
    ]);
    assert.deepEqual(
      rows('TwoWordsCustomerInput').map(([path]) => path),
      ['name', 'addresses'],
    );
  });

  test('details show the integration they belong to; other types nothing', () => {
    assert.deepEqual(rows('PlainGroup'), [
      ['group.color', { PLAIN: 'update' }],
      ['group.weight', { PLAIN: 'read' }],
    ]);
    assert.equal(rows('Payload'), undefined);
    assert.equal(rows('CustomerBy'), undefined);
  });

  test('a field at each integration, with the reason of a gap above it', () => {
    const [first, second] = fieldAt(facts, 'addresses.line2');
    assert.deepEqual([first.level, first.rows.length], ['update', 1]);
    assert.deepEqual([second.level, second.reason], [null, 'Nobody writes to them.']);
  });
});

describe('problems of a value', () => {
  const row = (more) => ({ ...BLANK, path: 'x', ...more });
  const cases = [
    [row({ clear: 'NEVER' }), null, ['null is refused here']],
    [row({ clear: 'API_BLANK' }), null, []],
    [row({}), '', ['an empty text is refused; null clears']],
    [row({ maxLength: 2 }), '🧾🧾', []],
    [row({ maxLength: 2 }), '🧾🧾🧾', ['3 characters are too many']],
    [row({ minLength: 2 }), 'a', ['1 characters are too few']],
    [row({ options: ['A', 'B'] }), 'C', ['not one of its 2 options']],
    [row({ options: ['A', 'B'] }), 'B', []],
    [row({ pattern: '[A-Z]{2}' }), 'SEK', ['not of its form']],
    [row({ pattern: 'a|b' }), 'ab', ['not of its form']],
    [row({ pattern: '(?P<python>x)' }), 'y', []],
    [row({ type: 'Int' }), 7, []],
  ];
  for (const [fact, value, expected] of cases) {
    test(`${JSON.stringify(value)} ${JSON.stringify(expected)}`, () =>
      assert.deepEqual(problemsOf(fact, value), expected));
  }
});

describe('the skeleton', () => {
  const { query, variables } = skeletonOf(schema, plain);
  const given = JSON.parse(variables);

  test('is a valid dry run', () => {
    assert.deepEqual(validate(schema, parse(query)), []);
    assert.equal(given.dryRun, true);
  });

  test('holds exactly what can be written, and by the facts nothing is wrong with it', () => {
    const { sent } = read(query, given).changes[0];
    assert.deepEqual(sent.map(({ path }) => path).sort(), plain.fields.map(({ path }) => path).sort());
    assert.deepEqual(
      sent.flatMap(({ problems }) => problems),
      [],
    );
  });

  test('begins with what is required, in the change and in an entry', () => {
    assert.deepEqual(Object.keys(given.change), ['name', 'addresses', 'kind', 'people', 'group']);
    assert.deepEqual(
      given.change.addresses.map(({ type }) => type),
      ['AWAY', 'HOME'],
    );
  });

  test('marks the head of a list', () => {
    assert.deepEqual(given.change.people, [
      { isHead: true, name: 'name' },
      { name: 'name', active: true },
    ]);
  });

  test('leaves out what can only be read', () => {
    assert.deepEqual(JSON.parse(skeletonOf(schema, twoWords).variables).change, { name: 'name' });
  });

  test('takes the customer of a tab that addresses the integration whole', () => {
    const customer = '{ native: { connectionId: $c, nativeId: "7" } }';
    const tabs = [
      { query: 'mutation {', variables: null },
      { query: change('{ twoWords: {} }'), variables: 'not JSON' },
      { query: change('{ plain: {} }').replace('{ id: "1" }', '{ id: "" }') },
      { query: change('{ plain: {} }').replace('{ id: "1" }', customer), variables: '{"c": "mine"}' },
    ];
    assert.deepEqual({ ...customerIn(tabs, plain).native }, { connectionId: 'mine', nativeId: '7' });
    assert.equal(customerIn(tabs.slice(0, 3), plain), null);
  });
});

describe('placeholders', () => {
  const cases = [
    [{ path: 'addressLine1', plain: 'addressLine1' }, 'address line 1'],
    [{ path: 'a', plain: 'a.notesOnIt', maxLength: 6 }, 'notes'],
    [{ path: 'a', plain: 'a', minLength: 3 }, 'axx'],
    [{ path: 'a', plain: 'a', pattern: '[0-9]{13}' }, '7300009000992'],
    [{ path: 'a', plain: 'a', type: 'Boolean' }, true],
    [{ path: 'a', plain: 'a', type: '[String!]' }, ['Text']],
  ];
  for (const [row, expected] of cases) {
    test(JSON.stringify(row), () => assert.deepEqual(placeholderOf({ ...BLANK, ...row }), expected));
  }
});

describe('the filter', () => {
  test('wants every word, in any case and place', () => {
    const { shown } = searchRows(facts.integrations, filterOf('HOMEcity plain'), 10);
    assert.deepEqual(
      shown.map(({ row }) => row.path),
      ['addresses[HOME].city'],
    );
    assert.equal(filterOf('  ')('anything'), true);
  });

  test('says how much it does not show', () => {
    assert.deepEqual(searchRows(facts.integrations, filterOf('name'), 2).more > 0, true);
    assert.equal(searchRows(facts.integrations, filterOf('nowhere'), 2).more, 0);
  });
});

describe('words', () => {
  test('the facts of a value', () => {
    assert.deepEqual(factWords({ ...BLANK, requiredOnUpdate: true, maxLength: 9, clear: 'API_BLANK' }), [
      'in every update',
      'at most 9 characters',
      'null sends API_BLANK',
    ]);
    assert.deepEqual(factWords({ ...BLANK, clear: '' }), ['null sends an empty text']);
    assert.deepEqual(factWords({ ...BLANK, update: false, clear: null }), ['read only']);
  });
});
