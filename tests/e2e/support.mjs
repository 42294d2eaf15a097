// node support.mjs <origin> <screenshot folder> <queries as JSON>
// Uses the support page as people do and prints one line of JSON. `shown`: the fields shown for each query.
import path from 'node:path';

import { openPage, screenshot, startBrowser } from '../browser/harness.mjs';

const [origin, folder, queries] = process.argv.slice(2);
const picture = (name) => path.join(folder, `support-${name}.png`);
const report = { external: [], consoleErrors: [], cspViolations: [], shown: {} };

async function visit(browser, address, options) {
  const { page, seen } = await openPage(browser, origin, options);
  await page.goto(new URL(address, origin).href, { waitUntil: 'load' });
  return { page, close: async () => {
    for (const [name, found] of Object.entries(seen)) report[name].push(...found);
    await page.context().close();
  } };
}

const fields = (page) => page.$$eval('#matrix tbody tr[id]', (rows) => rows.filter((row) => row.checkVisibility()).map(({ id }) => id));
const place = (page) => page.evaluate(() => decodeURIComponent(location.search + location.hash));
// Nothing lies over the field's name, not even the table's head.
const inView = (page, id) => page.evaluate((name) => {
  const link = document.getElementById(name).querySelector('a');
  const box = link.getBoundingClientRect();
  return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2) === link;
}, id);

async function filtered(browser) {
  const { page, close } = await visit(browser, '/support');
  report.load = await page.evaluate(() => performance.getEntriesByType('navigation')[0].toJSON());
  report.all = await fields(page);
  await screenshot(page, picture('all'));
  for (const query of JSON.parse(queries)) {
    await page.goto(new URL(`/support?${query}`, origin).href);
    report.shown[query] = await fields(page);
  }
  await page.goto(new URL('/support', origin).href);
  await page.getByRole('searchbox', { name: 'Find' }).fill('zip');
  await page.getByRole('checkbox', { name: 'Fortnox' }).check();
  await page.getByRole('checkbox', { name: 'sevdesk' }).check();
  await page.getByRole('combobox', { name: 'Show' }).selectOption('different');
  report.typed = { place: await place(page), fields: await fields(page), count: await page.locator('#count').textContent() };
  report.typed.heads = await page.$$eval('#matrix thead th[data-name]:not([hidden])', (heads) => heads.map((head) => head.textContent));
  await screenshot(page, picture('filtered'));
  for (const form of ['CSV', 'JSON']) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: form }).click()]);
    report[form] = { address: download.url().slice(origin.length), name: download.suggestedFilename() };
  }
  await page.getByRole('searchbox', { name: 'Find' }).fill('nothing is called so');
  report.nothing = await fields(page);
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.waitForFunction(() => location.search === '');
  report.afterReset = await fields(page);
  await close();
}

async function details(browser) {
  const { page, close } = await visit(browser, '/support?q=vat&integration=fortnox&integration=exact_online');
  const cell = page.locator('#vatId a[href="#fortnox:vatId"]');
  await cell.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  report.details = { place: await place(page), text: await dialog.innerText() };
  await screenshot(page, picture('details'));
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.waitForFunction(() => location.hash === '');
  report.closed = { place: await place(page), focus: await page.evaluate(() => document.activeElement.hash) };
  await page.goto(new URL('/support?q=vatId#fortnox:bankAccounts', origin).href);
  await dialog.waitFor();
  report.gap = await dialog.innerText();
  await close();
}

async function links(browser) {
  report.linked = [];
  for (const [query, scripts] of [['', true], ['?q=vatId', true], ['', false]]) {
    const { page, close } = await visit(browser, `/support${query}#addresses[DELIVERY].city`, { scripts });
    report.linked.push({ place: await place(page), inView: await inView(page, 'addresses[DELIVERY].city') });
    await close();
  }
}

async function withoutScripts(browser) {
  const { page, close } = await visit(browser, '/support', { scripts: false });
  const filter = await page.locator('#filter').isVisible();
  await page.locator('#vatId a[href="#fortnox:vatId"]').click();
  const entry = page.locator('[id="fortnox:vatId"]');
  await entry.waitFor({ state: 'visible' });
  report.plain = { filter, entry: await entry.innerText(), downloads: await page.locator('.files a').count() };
  await screenshot(page, picture('plain'));
  await close();
}

async function onAPhone(browser) {
  const { page, close } = await visit(browser, '/support?q=vat', { width: 390, colorScheme: 'dark' });
  await screenshot(page, picture('phone'));
  await page.goto(new URL('/support?q=vat#lexware_office:vatId', origin).href);
  await page.getByRole('dialog').waitFor();
  await screenshot(page, picture('phone-details'));
  report.phone = await page.evaluate(() => {
    const box = document.querySelector('dialog').getBoundingClientRect();
    return { sideways: document.documentElement.scrollWidth > innerWidth, dialog: [box.left >= 0, box.right <= innerWidth] };
  });
  await close();
}

const browser = await startBrowser();
try {
  for (const use of [filtered, details, links, withoutScripts, onAPhone]) await use(browser);
  console.log(JSON.stringify(report));
} finally {
  await browser.close();
}
