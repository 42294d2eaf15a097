// node graphiql.mjs <origin> <screenshot folder>
// Opens GraphiQL of a running gateway, runs its first tab and prints one line of JSON:
// {"operation", "variables", "result", "external", "consoleErrors", "cspViolations"}.
// Exits 1 when the page cannot be used, when it asked for anything outside the origin, or when it complained.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import {
  openGraphiql,
  openPage,
  operationText,
  resultText,
  runOperation,
  screenshot,
  startBrowser,
  variablesText,
} from './harness.mjs';

const [origin, folder] = process.argv.slice(2);
if (!origin || !folder) {
  console.error('usage: node graphiql.mjs <origin> <screenshot folder>');
  process.exit(2);
}

await mkdir(folder, { recursive: true });
const browser = await startBrowser();
try {
  const { page, seen } = await openPage(browser, origin);
  await openGraphiql(page, origin);
  await screenshot(page, path.join(folder, 'graphiql-opened.png'));
  await runOperation(page);
  await screenshot(page, path.join(folder, 'graphiql-result.png'));
  const report = {
    operation: await operationText(page),
    variables: await variablesText(page),
    result: JSON.parse(await resultText(page)),
    ...seen,
  };
  console.log(JSON.stringify(report));
  if (seen.external.length + seen.consoleErrors.length + seen.cspViolations.length > 0) process.exitCode = 1;
} finally {
  await browser.close();
}
