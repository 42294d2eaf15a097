// node refused.mjs <origin> <API key> <screenshot folder>
// Opens the pane "Field support" of a gateway that answers no introspection and nobody without a key, first without the
// key and then with it. Prints one line of JSON: {"refused", "withKey", "found", "external", "consoleErrors",
// "cspViolations"}: the words of the pane's alert, those with the key, and the filtered facts.
import path from 'node:path';

import { openGraphiql, openPage, screenshot, startBrowser } from './harness.mjs';

const [origin, key, folder] = process.argv.slice(2);
const browser = await startBrowser();
try {
  const { page, seen } = await openPage(browser, origin);
  await openGraphiql(page, origin);
  await page.getByRole('button', { name: 'Show Field support' }).click();
  const pane = page.getByRole('region', { name: 'Field support', exact: true });
  const refused = await pane.getByRole('alert').innerText();
  await screenshot(page, path.join(folder, 'pane-refused.png'));

  await page.evaluate(
    (value) => {
      const models = globalThis.__MONACO.editor.getModels();
      models.find(({ uri }) => uri.path.endsWith('request-headers.json')).setValue(value);
    },
    JSON.stringify({ Authorization: `Bearer ${key}` }),
  );
  await pane.getByRole('button', { name: 'Ask again' }).click();
  await pane.getByRole('heading', { name: 'All facts' }).waitFor();
  const withKey = await pane.getByRole('alert').innerText();
  await pane.getByRole('searchbox').fill('fortnox companyName');
  await pane.locator('table').filter({ hasText: 'Fortnox' }).filter({ hasNotText: 'BookMore' }).waitFor();
  const found = await pane.locator('tbody tr').allInnerTexts();
  await screenshot(page, path.join(folder, 'pane-without-introspection.png'));
  // Chromium itself complains of the answers that the page got before it had the key.
  const consoleErrors = seen.consoleErrors.filter((text) => !/status of 40[01]/.test(text));
  console.log(JSON.stringify({ refused, withKey, found, ...seen, consoleErrors }));
} finally {
  await browser.close();
}
