import { getIntrospectionQuery } from 'graphql';

import { APPLIED } from './appliedDirectives.js';
import { describeSupport } from './describeSupport.js';

// A name of its own, so that an operation "IntrospectionQuery" written in the editor is sent as written.
export const INTROSPECTION_NAME = 'GraphiQLIntrospection';

// GraphiQL 5.4 never asks for isOneOf (its issue 3768); without it a second member of a @oneOf input is not flagged.
const INTROSPECTION_QUERY = getIntrospectionQuery({
  descriptions: true,
  directiveIsRepeatable: true,
  inputValueDeprecation: true,
  oneOf: true,
  schemaDescription: true,
  specifiedByUrl: true,
})
  .replace('IntrospectionQuery', INTROSPECTION_NAME)
  .replace('fields(includeDeprecated: true) {', `$& ${APPLIED}`)
  .replace('fragment InputValue on __InputValue {', `$& ${APPLIED}`);

/** GraphiQL's fetcher for one endpoint: every problem comes back as a GraphQL result, save that of an introspection. */
export function createFetcher(endpoint) {
  return ({ query, variables, operationName }, { headers } = {}) =>
    operationName === INTROSPECTION_NAME
      ? introspect(endpoint, headers)
      : post(endpoint, { query, variables, operationName }, headers);
}

async function introspect(endpoint, headers) {
  const result = await post(endpoint, { query: INTROSPECTION_QUERY, operationName: INTROSPECTION_NAME }, headers);
  // Thrown, because GraphiQL answers a result without data with a second, older introspection query.
  if (!result.data?.__schema) throw new Error(problems(result));
  return { ...result, data: describeSupport(result.data) };
}

function problems({ errors }) {
  const messages = Array.isArray(errors) ? errors.map(({ message }) => message).filter(Boolean) : [];
  return messages.join(' ') || 'The answer holds no schema.';
}

async function post(endpoint, body, headers) {
  try {
    const request = { method: 'POST', headers: withDefaults(headers), body: JSON.stringify(body) };
    const response = await fetch(endpoint, request);
    const text = await response.text();
    return parse(text) ?? failure(`HTTP ${response.status} without a GraphQL answer. ${text.slice(0, 300)}`.trim());
  } catch (error) {
    return failure(`The gateway cannot be reached: ${error.message}`);
  }
}

function withDefaults(headers) {
  const all = new Headers({
    Accept: 'application/graphql-response+json, application/json',
    'Content-Type': 'application/json',
  });
  for (const [name, value] of Object.entries(headers ?? {})) all.set(name, value);
  return all;
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function failure(message) {
  return { errors: [{ message }] };
}
