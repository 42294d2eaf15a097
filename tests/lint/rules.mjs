// What is asked of the names, descriptions and shapes in schema.graphql. Each exception says why.
import graphql from '@graphql-eslint/eslint-plugin';

const of = (name) => graphql.configs[`flat/schema-${name}`].rules;
const own = (rules) => Object.fromEntries(Object.entries(rules).map(([name, value]) => [`@graphql-eslint/${name}`, value]));

const rules = {
  ...of('recommended'),
  ...of('relay'),
  ...own({
    'relay-arguments': ['error', { includeBoth: false }], // nobody pages backwards through a provider's list
    'relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }], // addresses and errors come whole
    'input-name': 'error',
    'no-scalar-result-type-on-mutation': 'error',
    'require-deprecation-date': 'error',
    'require-nullable-fields-with-oneof': 'error',
    'require-description': ['error', {
      types: true, rootField: true, DirectiveDefinition: true, FieldDefinition: true, InputValueDefinition: true,
      EnumValueDefinition: true,
    }],
    // Customers and connections have an identity, which the interface Node asks of them; all others are values in these.
    'strict-id-in-types': 'off',
    // Of `schema-all` are left out besides: alphabetize (the order of fields is for readers), no-root-type (mutations are
    // meant), require-field-of-type-query-in-mutation-result (an update answers with the record),
    // require-nullable-result-in-root (payloads and lists are always there; what can be missing is in them),
    // require-type-pattern-with-oneof (`@oneOf` is for inputs here, the pattern is one for results).
  }),
};

const CONNECTION = 'A connection is here a tenant\'s stored access to a provider, not a page of a list.';

/** Findings that are meant, by the line they are about. One that is not found any more has to go. */
export const EXCEPTIONS = [
  {
    rule: 'no-typename-prefix',
    at: /^  addressLine[123]: /,
    why: 'An address line is called so everywhere; `line1` alone says nothing in an input of an integration.',
  },
  {
    rule: 'require-description',
    at: /^directive @oneOf on INPUT_OBJECT$/,
    why: 'Not ours: it is part of GraphQL, printed for tools that do not know it yet.',
  },
  { rule: 'relay-connection-types', at: /^type ProviderConnection /, why: CONNECTION },
  {
    rule: 'relay-edge-types',
    at: /^type CustomerUpdateEdge /,
    why: 'An entry of the audit log is found through its customer only; `node` does not give it.',
  },
  { rule: 'relay-arguments', at: /^  connections: \[ProviderConnection!\]!/, why: CONNECTION },
];

/** The configuration for one schema file. */
export function configuration(schema) {
  return [{
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
    linterOptions: { noInlineConfig: true },
    rules,
  }];
}
