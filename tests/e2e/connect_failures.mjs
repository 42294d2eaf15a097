// node connect_failures.mjs <origin> <simulators> <folder for pictures> <light|dark> <width> <JSON: {links: {name: url}, key}>
// Does what must not work, as a person with a browser would, and prints one line of JSON:
// {"told": {name: {"title", "alert", "sideways"}}, "external", "consoleErrors", "cspViolations"}.
// `links` are fresh ones, `expired` one whose time is over; `key` is a wrong one by the names of its fields.
import { openPage, startBrowser } from '../browser/harness.mjs';

const [origin, simulators, folder, colorScheme, width, given] = process.argv.slice(2);
const { links, key } = JSON.parse(given);
const browser = await startBrowser();
const report = { told: {}, external: [], consoleErrors: [], cspViolations: [] };
try {
  await visit('wrong state', async (page, look) => {
    await begin(page, links.state);
    await page.goto(`${origin}/connect/callback/fortnox?code=x&state=somebody-elses`);
    await look();
  });
  await visit('reused', async (page, look) => {
    await begin(page, links.reused);
    await visit('in another browser', async (other, lookThere) => {
      await other.goto(links.reused);
      await lookThere();
    });
    await page.goto(links.reused);
    await look();
  });
  await visit('expired', async (page, look) => {
    await page.goto(links.expired);
    await look();
  });
  await visit('no link', async (page, look) => {
    await page.goto(`${origin}/connect/step`);
    await look();
  });
  await visit('inactive', async (page, look) => {
    await begin(page, links.inactive);
    await page.locator('a.button', { hasText: 'Continue to' }).click();
    const choice = page.locator('input[name=choice]').first();
    if (await choice.count()) await choice.check();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.locator('h1', { hasText: 'Choose the company' }).waitFor();
    await look('inactive shown');
    const inactive = page.locator('label.unfit', { hasText: 'not active' }).locator('input').first();
    report.disabled = await inactive.isDisabled();
    // Whoever helps the page along is refused all the same.
    await inactive.evaluate((element) => { element.disabled = false; });
    await inactive.check();
    await page.getByRole('button', { name: 'Connect' }).click();
    await look();
  });
  await visit('wrong key', async (page, look) => {
    await begin(page, links.key);
    for (const [name, value] of Object.entries(key)) await page.locator(`input[name=${name}]`).fill(value);
    await page.getByRole('button', { name: 'Continue' }).click();
    await look();
    report.kept = await page.locator('main').innerHTML().then((text) => Object.values(key).some((value) => text.includes(value)));
  });
  console.log(JSON.stringify(report));
} finally {
  await browser.close();
}

async function begin(page, url) {
  await page.goto(url);
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function visit(name, act) {
  const { page, seen } = await openPage(browser, origin, { colorScheme, width: Number(width), also: [simulators] });
  await act(page, async (as = name) => {
    await page.waitForLoadState('load');
    const alert = page.getByRole('alert');
    report.told[as] = {
      title: await page.locator('h1').innerText(),
      alert: (await alert.count()) ? await alert.first().innerText() : '',
      sideways: await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth),
    };
    await page.screenshot({ path: `${folder}/${as.replaceAll(' ', '-')}-${colorScheme}-${width}.png`, fullPage: true });
  });
  // A page that says no has a status that says so too, which the console tells.
  report.consoleErrors.push(...seen.consoleErrors.filter((text) => !/status of 4\d\d/.test(text)));
  report.external.push(...seen.external);
  report.cspViolations.push(...seen.cspViolations);
  await page.context().close();
}
