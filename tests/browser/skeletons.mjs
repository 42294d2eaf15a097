// node skeletons.mjs <origin>
// Builds the pane's skeleton of an update for every integration from what a running gateway states, and sends each as it
// is. Prints one line of JSON: [{"name", "paths", "problems", "answer", "mended"}], where `paths` are those of the values
// sent, `problems` is what graphql-js finds against the document and `mended` the answer without the values that this
// one record does not keep.
import { createRequire } from 'node:module';

import { createFetcher, INTROSPECTION_NAME } from '../../web/src/fetcher.js';
import { customerIn } from '../../web/src/plugins/fieldSupport/customer.js';
import { loadFacts } from '../../web/src/plugins/fieldSupport/facts.js';
import { readOperation } from '../../web/src/plugins/fieldSupport/operation.js';
import { skeletonOf } from '../../web/src/plugins/fieldSupport/skeleton.js';

// The copy of graphql-js that the modules above use: types of another one are strangers to it.
const { buildClientSchema, parse, validate } = createRequire(new URL('../../web/package.json', import.meta.url))(
  'graphql',
);

const [origin] = process.argv.slice(2);
const fetcher = createFetcher(new URL('/graphql', origin).href);
const schema = buildClientSchema((await fetcher({ query: '', operationName: INTROSPECTION_NAME })).data);
const facts = await loadFacts((query) => fetcher({ query }));
const { tabs } = await (await fetch(new URL('/graphiql/settings.json', origin))).json();

const report = [];
for (const integration of facts.integrations) {
  const skeleton = skeletonOf(schema, integration, customerIn(tabs, integration) ?? undefined);
  const variables = JSON.parse(skeleton.variables);
  const { changes } = readOperation(schema, facts, { text: skeleton.query, variables, offset: 0 });
  const send = () => fetcher({ query: skeleton.query, variables });
  const answer = await send();
  for (const { code, path } of answer.data?.updateCustomer.errors ?? []) {
    if (code === 'UNSUPPORTED') remove(variables.change, path.slice(2));
  }
  report.push({
    name: integration.name,
    paths: changes.flatMap(({ sent }) => sent.map(({ path }) => path)),
    problems: validate(schema, parse(skeleton.query)).map(({ message }) => message),
    answer,
    mended: await send(),
  });
}
console.log(JSON.stringify(report));

function remove(target, [name, ...rest]) {
  if (rest.length === 0) delete target[name];
  else remove(target[name], rest);
}
