// node pane.mjs <origin> <screenshot folder> <light|dark>
// Uses GraphiQL's pane "Field support" with nothing but the keyboard once it is open, keeps pictures of it and prints one
// line of JSON, what is asserted about it being in tests/e2e/test_pane.py.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import {
  openGraphiql,
  openPage,
  operationText,
  resultText,
  screenshot,
  startBrowser,
  variablesText,
  writeOperation,
} from './harness.mjs';

const WRONG = `mutation Wrong($change: FortnoxCustomerInput!) {
  updateCustomer(input: { customer: { id: "" }, change: { fortnox: $change }, dryRun: true }) {
    customer { vatId addresses { city } details { ... on FortnoxDetails { costCenter } } }
  }
}`;
const CHANGE = {
  companyName: null,
  addresses: [{ type: 'VISITING', postalCode: '123 456 78900', city: 'Umeå' }],
  defaultDeliveryTypes: { invoice: 'PIGEON' },
};

const [origin, folder, colorScheme] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const browser = await startBrowser();
try {
  const { page, seen } = await openPage(browser, origin, { colorScheme });
  await openGraphiql(page, origin);
  const button = page.getByRole('button', { name: /^(Show|Hide) Field support$/ });
  await button.focus();
  await page.keyboard.press('Enter');
  const pane = page.getByRole('region', { name: 'Field support', exact: true });
  await section(pane, 'Sent to BookMore (e-accounting)').waitFor();
  const report = { opened: await tables(section(pane, 'Sent to BookMore (e-accounting)')) };

  // Typing at a half-written document keeps what was understood.
  await writeOperation(page, WRONG);
  await writeVariables(page, JSON.stringify({ change: CHANGE }));
  const sent = section(pane, 'Sent to Fortnox');
  await sent.getByText('3 values would be refused').waitFor();
  report.sent = await tables(sent);
  await writeOperation(page, WRONG.slice(0, -20));
  await pane.getByRole('status').filter({ hasText: 'cannot be parsed yet' }).waitFor();
  report.kept = await tables(sent);
  await writeOperation(page, WRONG);
  await pane.getByRole('status').filter({ hasText: 'cannot be parsed yet' }).waitFor({ state: 'detached' });

  await putCursor(page, 'operation.graphql', 3, WRONG.split('\n')[2].indexOf('city') + 2);
  const cursor = section(pane, 'Under the cursor: Address');
  await cursor.waitFor();
  [report.type, report.field] = await tables(cursor);
  report.selected = await tables(section(pane, 'Selected'));
  await page.setViewportSize({ width: 1400, height: 900 });
  await screenshot(page, path.join(folder, `pane-${colorScheme}.png`));
  report.looks = await looks(page);
  await tall(page);
  await page.locator('.graphiql-plugin').screenshot({ path: path.join(folder, `pane-${colorScheme}-whole.png`) });
  await page.setViewportSize({ width: 1400, height: 900 });

  // From the button to the filter, and through the pane, with Tab alone.
  await button.focus();
  report.stops = await tabStops(page, pane);
  await pane.getByRole('searchbox').focus();
  await page.keyboard.type('termsofpayment visma');
  await section(pane, 'All facts').waitFor();
  report.found = await tables(section(pane, 'All facts'));
  await screenshot(page, path.join(folder, `pane-${colorScheme}-filter.png`));
  await page.keyboard.press('Escape');
  await pane.getByRole('searchbox').fill('');

  // A skeleton in a tab of its own, run as it is; the caller's headers come along.
  await writeHeaders(page, '{"X-Mine": "yes"}');
  const before = await page.getByRole('tab').count();
  await pane.locator('summary').focus();
  await page.keyboard.press('Enter');
  await pane.getByRole('button', { name: 'New update: Fortnox' }).focus();
  await page.keyboard.press('Enter');
  await pane.getByRole('status').filter({ hasText: 'A new tab holds an update of Fortnox' }).waitFor();
  await section(pane, 'Sent to Fortnox').waitFor();
  report.tabs = (await page.getByRole('tab').count()) - before;
  report.skeleton = { query: await operationText(page), variables: JSON.parse(await variablesText(page)) };
  await screenshot(page, path.join(folder, `pane-${colorScheme}-skeleton.png`));
  const values = (await variablesText(page)).split('\n');
  const line = values.findIndex((text) => text.includes('"postalCode"'));
  await putCursor(page, 'variables.json', line + 1, values[line].length);
  [, report.fieldInVariables] = await tables(await shown(section(pane, 'Under the cursor: FortnoxAddressInput')));
  report.sentHeader = await runWithKeyboard(page);
  report.result = JSON.parse(await resultText(page));

  // The documentation of the type that the skeleton sends.
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('[data-cy="doc-explorer-input"]').fill('FortnoxCustomerInput');
  await page
    .locator('[data-cy="doc-explorer-option"]')
    .filter({ hasText: /^FortnoxCustomerInput$/ })
    .click();
  const description = page.locator('.graphiql-markdown-description').filter({ hasText: 'Fortnox:' }).first();
  report.documented = await description.innerText();
  await screenshot(page, path.join(folder, `pane-${colorScheme}-documentation.png`));
  console.log(JSON.stringify({ ...report, ...seen }));
} finally {
  await browser.close();
}

function section(pane, name) {
  return pane.getByRole('region', { name, exact: true });
}

/** Each table as lists of the words of its cells, the heads of columns and rows included. */
async function tables(within) {
  return within
    .locator('table')
    .evaluateAll((found) =>
      found.map((table) =>
        [...table.rows].map((row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, ' ').trim())),
      ),
    );
}

async function model(page, ending, value) {
  await page.waitForFunction(
    (end) => globalThis.__MONACO.editor.getModels().some(({ uri }) => uri.path.endsWith(end)),
    ending,
  );
  await page.evaluate(
    ([end, text]) =>
      globalThis.__MONACO.editor
        .getModels()
        .find(({ uri }) => uri.path.endsWith(end))
        .setValue(text),
    [ending, value],
  );
}

function writeVariables(page, text) {
  return model(page, 'variables.json', text);
}

function writeHeaders(page, text) {
  return model(page, 'request-headers.json', text);
}

function putCursor(page, ending, lineNumber, column) {
  return page.evaluate(
    ([end, position]) => {
      const editors = globalThis.__MONACO.editor.getEditors();
      editors.find((one) => one.getModel().uri.path.endsWith(end)).setPosition(position);
    },
    [ending, { lineNumber, column }],
  );
}

async function shown(locator) {
  await locator.waitFor();
  return locator;
}

/** Widths, what is cut off, heads without scope and the worst contrast of text in the pane. */
function looks(page) {
  return page.locator('.graphiql-plugin').evaluate((pane) => {
    const overflows = (element) => {
      const text = document.createRange();
      text.selectNodeContents(element);
      return (
        text.getBoundingClientRect().right > element.closest('th, td, .field-support').getBoundingClientRect().right + 1
      );
    };
    const rgba = (color) => (color.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    const over = ([r, g, b, a = 1], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a)];
    const ground = (element) => {
      const own = rgba(getComputedStyle(element).backgroundColor);
      const below = element.parentElement ? ground(element.parentElement) : [255, 255, 255];
      return own[3] === 0 ? below : over(own, below);
    };
    const light = (color) => {
      const [r, g, b] = color.map((part) =>
        part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (element) => {
      const back = ground(element);
      const [one, other] = [light(over(rgba(getComputedStyle(element).color), back)), light(back)].sort(
        (a, b) => b - a,
      );
      return (one + 0.05) / (other + 0.05);
    };
    const texts = [...pane.querySelectorAll('.field-support *')].filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''),
    );
    return {
      width: pane.clientWidth,
      sideways: pane.scrollWidth > pane.clientWidth,
      cut: texts.filter(overflows).map((element) => element.textContent),
      bareHeads: [...pane.querySelectorAll('th:not([scope])')].length,
      contrast: Math.min(...texts.map(contrast)),
      smallest: Math.min(...texts.map((element) => parseFloat(getComputedStyle(element).fontSize))),
    };
  });
}

/** A window in which the whole pane can be seen. */
async function tall(page) {
  const height = await page.locator('.graphiql-plugin').evaluate((pane) => pane.scrollHeight);
  await page.setViewportSize({ width: 1400, height: height + 20 });
}

/** The names of what Tab reaches in the pane, in order, and whether each shows that it has the focus. */
async function tabStops(page, pane) {
  const stops = [];
  const most = (await pane.locator('button, input, select').count()) + 12;
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const active = document.activeElement;
      if (!active.closest('.field-support')) return null;
      const name = active.getAttribute('aria-label') ?? active.labels?.[0]?.textContent ?? active.textContent;
      const shown = [active, active.parentElement].some((one) => getComputedStyle(one).outlineStyle !== 'none');
      return { name, shown };
    });
    if (stop === null && stops.length > 0) break;
    if (stop !== null) stops.push(stop);
  }
  return stops;
}

/** Runs what is in the editor as its shortcut does, and returns the header that went along. */
async function runWithKeyboard(page) {
  const answer = page.waitForResponse((response) => response.request().postData()?.includes('UpdateFortnox'));
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('Control+Enter');
  const request = (await answer).request();
  await page.waitForFunction(() => {
    const found = globalThis.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith('response.json'));
    return found.getValue() !== '' && document.querySelector('.graphiql-response .graphiql-spinner') === null;
  });
  return request.headers()['x-mine'] ?? null;
}
