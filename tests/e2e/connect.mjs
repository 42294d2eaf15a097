// node connect.mjs <origin> <simulators> <folder for pictures> <light|dark> <width> <JSON: [{url, integration, region, key, company, deny}]>
// Walks from each link to a connection as a person does, and prints one line of JSON:
// {"walks": [{"integration", "titles", "steps", "sideways", "small", "unlabelled"}], "external", "consoleErrors", "cspViolations"}.
// `sideways`: a page is wider than the window. `small`: what is to be pressed is lower than 40 pixels. `unlabelled`: fields
// without a label. `key` are the credentials to type in, `company` the one to choose; `deny` says no first.
import { openPage, startBrowser } from '../browser/harness.mjs';

const [origin, simulators, folder, colorScheme, width, walks] = process.argv.slice(2);
const browser = await startBrowser();
const report = { walks: [], external: [], consoleErrors: [], cspViolations: [] };
try {
  for (const walk of JSON.parse(walks)) report.walks.push(await connect(walk));
  console.log(JSON.stringify(report));
} finally {
  await browser.close();
}

async function connect({ url, integration, region, key, company, deny }) {
  const options = { colorScheme, width: Number(width), also: [simulators] };
  const { page, seen } = await openPage(browser, origin, options);
  const told = { integration, titles: [], steps: [], sideways: 0, small: 0, unlabelled: 0 };
  const look = async () => {
    await page.waitForLoadState('load');
    const title = await page.locator('h1').innerText();
    told.titles.push(title);
    told.steps.push(await page.locator('.step').allInnerTexts().then((texts) => texts.join()));
    const measured = await page.evaluate(() => ({
      sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
      small: [...document.querySelectorAll('main button, main .button, main label.choice')]
        .filter((element) => element.offsetHeight < 40).length,
      unlabelled: [...document.querySelectorAll('main input:not([type=hidden])')]
        .filter((element) => element.labels.length === 0).length,
    }));
    told.sideways += measured.sideways;
    told.small += measured.small;
    told.unlabelled += measured.unlabelled;
    const file = `${folder}/${integration}-${told.titles.length}-${colorScheme}-${width}.png`;
    await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
  };
  const allow = async (word) => {
    await page.locator('a.button', { hasText: 'Continue to' }).click();
    const choice = page.locator('input[name=choice]').first();
    if (await choice.count()) await choice.check();
    await page.getByRole('button', { name: word }).click();
  };

  await page.goto(url, { waitUntil: 'load' });
  await look();
  await page.getByRole('button', { name: 'Continue' }).click();
  await look();
  if (region) {
    await page.locator(`input[name=region][value=${region}]`).check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await look();
  }
  if (key) {
    for (const [name, value] of Object.entries(key)) await page.locator(`input[name=${name}]`).fill(value);
    await page.getByRole('button', { name: 'Continue' }).click();
  } else {
    if (deny) {
      await allow('Deny');
      await look();
      await page.getByRole('link', { name: 'Try again' }).click();
    }
    await allow('Allow');
  }
  await look();
  await page.locator(`input[name=company][value="${company}"]`).check();
  await page.getByRole('button', { name: 'Connect' }).click();
  await look();
  // A page that says no has that status, which the console tells.
  report.consoleErrors.push(...seen.consoleErrors.filter((text) => !(deny && text.includes('403'))));
  report.external.push(...seen.external);
  report.cspViolations.push(...seen.cspViolations);
  await page.context().close();
  return told;
}
