// node graphiql.mjs <origin> <screenshot folder>
// Opens GraphiQL of a running gateway, runs each of its tabs and prints one line of JSON:
// {"operation", "variables", "result", "tabs": [{"operation", "result"}], "external", "consoleErrors", "cspViolations"},
// where the first three are those of the first tab.
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
  const first = {
    operation: await operationText(page),
    variables: await variablesText(page),
    result: JSON.parse(await resultText(page)),
  };
  const tabs = [{ operation: first.operation, result: first.result }];
  const buttons = page.locator('button[role="tab"], [role="tab"] button').filter({ hasText: /^Update/ });
  for (let number = 1; number < (await buttons.count()); number += 1) {
    await buttons.nth(number).click();
    await page.waitForFunction((known) => globalThis.__MONACO.editor.getModels()
      .some((model) => model.getValue().startsWith('mutation') && !known.includes(model.getValue())),
    tabs.map(({ operation }) => operation));
    await page.waitForTimeout(1_000); // GraphiQL takes over the operation's name a moment after the tab was changed
    await runOperation(page);
    await screenshot(page, path.join(folder, `graphiql-tab-${number + 1}.png`));
    tabs.push({ operation: await operationText(page), result: JSON.parse(await resultText(page)) });
  }
  const report = { ...first, tabs, ...seen };
  console.log(JSON.stringify(report));
  if (seen.external.length + seen.consoleErrors.length + seen.cspViolations.length > 0) process.exitCode = 1;
} finally {
  await browser.close();
}
