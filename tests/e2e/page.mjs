// node page.mjs <address> <screenshot file> <light|dark> <width>
// Opens a page in a browser that reaches nothing else, keeps a picture of all of it and prints one line of JSON:
// {"title", "sideways", "room", "background", "color", "broken", "external", "consoleErrors", "cspViolations"}.
// `sideways`: the page itself is wider than the window. `room`: the part of the table's box that its first column, which
// stays in place, leaves to the others. `broken`: links within the page that lead nowhere.
import { openPage, startBrowser } from '../browser/harness.mjs';

const [address, file, colorScheme, width] = process.argv.slice(2);
const browser = await startBrowser();
try {
  const { page, seen } = await openPage(browser, new URL(address).origin, { colorScheme });
  await page.setViewportSize({ width: Number(width), height: 900 });
  await page.goto(address, { waitUntil: 'load' });
  const report = await page.evaluate(() => ({
    title: document.title,
    sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    room: 1 - document.querySelector('tbody th[scope=row]').offsetWidth / document.querySelector('.scroll').clientWidth,
    background: getComputedStyle(document.body).backgroundColor,
    color: getComputedStyle(document.body).color,
    broken: [...document.querySelectorAll('a[href^="#"]')]
      .map((link) => link.getAttribute('href'))
      .filter((target) => document.getElementById(target.slice(1)) === null),
  }));
  await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
  console.log(JSON.stringify({ ...report, ...seen }));
} finally {
  await browser.close();
}
