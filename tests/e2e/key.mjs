// node key.mjs <origin> <API key> <screenshot file>
// Opens GraphiQL of a gateway that authenticates its callers, puts the key into Headers as a person does, and prints one
// line of JSON: {"before", "after", "result", "stored", "external", "consoleErrors", "cspViolations"}.
// `before` and `after`: the words of the bar above, without and with the key; `stored`: whether the browser keeps the key.
import { openGraphiql, openPage, resultText, runOperation, screenshot, startBrowser, writeOperation } from '../browser/harness.mjs';

const [origin, key, file] = process.argv.slice(2);
const browser = await startBrowser();
try {
  const { page, seen } = await openPage(browser, origin);
  await openGraphiql(page, origin);
  const bar = page.locator('.schema-problem');
  const before = await bar.innerText();
  await page.getByRole('button', { name: 'Headers' }).click();
  await page.waitForFunction(() => globalThis.__MONACO.editor.getModels().some(({ uri }) => uri.path.endsWith('request-headers.json')));
  await page.evaluate((value) => {
    const models = globalThis.__MONACO.editor.getModels();
    models.find(({ uri }) => uri.path.endsWith('request-headers.json')).setValue(value);
  }, JSON.stringify({ Authorization: `Bearer ${key}` }));
  await page.waitForTimeout(1_000); // GraphiQL takes what was typed over a moment later
  await bar.getByRole('button', { name: 'Try again' }).click();
  await bar.waitFor({ state: 'detached' });
  await writeOperation(page, '{ integrations { name } }');
  await page.waitForTimeout(1_000);
  await runOperation(page);
  await screenshot(page, file);
  const stored = await page.evaluate((secret) => JSON.stringify({ ...localStorage, ...sessionStorage }).includes(secret), key);
  // Chromium itself complains of the 401 that the page got before it had the key.
  const consoleErrors = seen.consoleErrors.filter((text) => !text.includes('status of 401'));
  const report = { before, after: await bar.count(), result: JSON.parse(await resultText(page)), stored };
  console.log(JSON.stringify({ ...report, ...seen, consoleErrors }));
} finally {
  await browser.close();
}
