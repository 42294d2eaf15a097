// node react_form.mjs <origin of the form> <folder for pictures> <light|dark> <width> <JSON: a list of steps>
// Uses the form as a person does, step by step, and prints one line of JSON:
// {"seen": [what the page shows after each "preview", "write", "go on" and "look"], "external", "consoleErrors", "cspViolations"}.
// Steps: ["open", connection, customer], ["find", text], ["type", path, text], ["choose", path, word], ["clear", path],
// ["undo", path], ["preview"], ["write"], ["give", path, "mine" | "theirs"], ["go on"], ["look"], ["picture", name],
// ["fetch", address, method, body] for what somebody else does meanwhile, and ["lose"]: the next answer gets lost.
import path from 'node:path';

import { openPage, startBrowser } from '../browser/harness.mjs';

const [origin, folder, colorScheme, width, steps] = process.argv.slice(2);
const browser = await startBrowser();
try {
  const { page, seen: complaints } = await openPage(browser, origin, { colorScheme, width: Number(width) });
  const seen = [];
  const control = (field) => page.locator(`[id="field-${field}"]`);
  const answered = () => page.waitForFunction(() => !/Asking|Writing/.test(document.querySelector('.bar').innerText));
  const verbs = {
    async open(connection, customer) {
      if (page.url() === 'about:blank') await page.goto(origin);
      await page.getByLabel('Connection', { exact: true }).selectOption(connection);
      await page.getByLabel('Customer', { exact: true }).locator(`option[value="${customer}"]`).waitFor({ state: 'attached' });
      await page.getByLabel('Customer', { exact: true }).selectOption(customer);
      await page.locator('.field').first().waitFor();
    },
    find: (text) => page.getByLabel('Find a field').fill(text),
    async type(field, text) { await show(field); await control(field).fill(text); },
    async choose(field, word) { await show(field); await control(field).selectOption({ label: word }); },
    async clear(field) { await show(field); await inField(field).getByRole('button', { name: /^Clear/ }).click(); },
    async undo(field) { await show(field); await inField(field).getByRole('button', { name: /^Leave/ }).click(); },
    preview: () => press('Preview'),
    write: () => press('Write'),
    give: (field, word) => page.locator(`.conflict [data-path="${field}"] input[value="${word}"]`).check(),
    async 'go on'() { await page.getByRole('button', { name: 'Go on with this choice' }).click(); seen.push(await look()); },
    async look() { seen.push(await look()); },
    picture: (name) => page.screenshot({ path: path.join(folder, `${name}-${colorScheme}-${width}.png`), animations: 'disabled' }),
    async fetch(address, method, body) {
      const answer = await fetch(address, { method, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`);
    },
    lose: () => page.route('**/graphql', async (route) => { await route.fetch(); await route.abort(); }, { times: 1 }),
  };
  const inField = (field) => page.locator(`.field[data-path="${field}"]`);
  async function show(field) {
    if (!(await control(field).isVisible())) await page.locator('details.group', { has: control(field) }).locator('summary').click();
  }
  async function press(name) {
    await page.getByRole('button', { name, exact: true }).click();
    await answered();
    seen.push(await look());
  }
  const look = () => page.evaluate(() => {
    const all = (selector, of = document) => [...of.querySelectorAll(selector)];
    const rows = (table) => Object.fromEntries(all(`${table} tbody tr`).map((row) => [row.dataset.path, all('td', row).map((cell) => cell.innerText.trim())]));
    const by = (selector, value) => Object.fromEntries(all(selector).map((element) => [element.dataset.path, value(element)]));
    return {
      title: document.querySelector('.outcome h2')?.innerText ?? null,
      alert: document.querySelector('[role=alert]')?.innerText ?? null,
      focused: document.activeElement?.innerText ?? null,
      problems: all('.problems li').map((item) => item.innerText),
      linked: all('.problems a').map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))) !== null),
      changes: rows('.changes'),
      differing: rows('.conflict'),
      calls: all('.requests li').map((item) => ({ call: item.querySelector('code').textContent, body: item.querySelector('pre')?.textContent ?? null })),
      warnings: all('.warnings li').map((item) => item.innerText),
      edits: by('.field:not([data-state=left])', (field) => field.dataset.state),
      told: by('.field:has(.problem)', (field) => field.querySelector('.problem').textContent),
      invalid: all('[aria-invalid=true]').map((element) => element.closest('.field').dataset.path),
      clearable: all('.field:has([aria-label^=Clear])').map((field) => field.dataset.path),
      fields: all('.field').map((field) => field.dataset.path),
      mayWrite: !all('.bar button').at(-1).disabled,
      sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
      unlabelled: all('input, select, textarea').filter((element) => element.labels.length === 0).length,
      small: all('button').filter((element) => element.offsetHeight > 0 && element.offsetHeight < 40).map((element) => element.innerText),
    };
  });

  for (const [verb, ...words] of JSON.parse(steps)) await verbs[verb](...words);
  console.log(JSON.stringify({ seen, ...complaints }));
} finally {
  await browser.close();
}
