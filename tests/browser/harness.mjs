// A browser that cannot leave the machine and remembers what a page tried, plus the few gestures GraphiQL needs.
import { chromium } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Whatever escapes the recording below still finds no host.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];
const PATIENCE = 30_000;

/** Debian's Chromium, or the executable named by CHROMIUM. */
export function startBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
}

/**
 * A page with fresh storage that reaches only `origin`, and those in `also`.
 * @returns {Promise<{page: import('playwright-core').Page, seen: {external: string[], consoleErrors: string[],
 *   cspViolations: string[]}}>} `seen` fills while the page lives; requests to other origins are aborted and listed.
 */
export async function openPage(browser, origin, { colorScheme = 'light', width = 1400, also = [], scripts = true } = {}) {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, javaScriptEnabled: scripts });
  const open = [origin, ...also].map((url) => new URL(url).origin);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const seen = { external: [], consoleErrors: [], cspViolations: [] };

  await context.route('**/*', (route) => {
    const url = route.request().url();
    if (open.includes(new URL(url).origin)) return route.continue();
    seen.external.push(url);
    return route.abort();
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(origin).host) seen.external.push(socket.url());
  });
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const text = `${message.text()} (${message.location().url})`;
    const list = text.includes('Content Security Policy') ? seen.cspViolations : seen.consoleErrors;
    list.push(text);
  });
  page.on('pageerror', (error) => seen.consoleErrors.push(String(error)));
  return { page, seen };
}

/** Opens GraphiQL as a browser does and returns once the first tab's operation and the schema (or its problem) show. */
export async function openGraphiql(page, origin) {
  const introspection = nextAnswer(page);
  await page.goto(new URL('/graphql', origin).href, { waitUntil: 'load' });
  await page.locator('[role="tab"]').first().waitFor();
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  await introspection;
  await page.locator('button[aria-label^="Re-fetch GraphQL schema"]:enabled').waitFor();
}

/** Presses the execute button and waits for the answer. Of several operations in the tab, the first one runs. */
export async function runOperation(page) {
  const answer = nextAnswer(page);
  await page.locator('.graphiql-execute-button').click();
  const choice = page.getByRole('menuitem').first();
  if (await choice.isVisible()) await choice.click();
  await answer;
  await page.waitForFunction(() => {
    const model = globalThis.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith('response.json'));
    return model.getValue() !== '' && document.querySelector('.graphiql-response .graphiql-spinner') === null;
  });
}

/** Replaces the text of the operation editor. */
export async function writeOperation(page, text) {
  await page.evaluate((value) => {
    const models = globalThis.__MONACO.editor.getModels();
    models.find(({ uri }) => uri.path.endsWith('operation.graphql')).setValue(value);
  }, text);
}

/** The whole text of an editor, lines outside the view included. */
export function operationText(page) {
  return editorText(page, 'operation.graphql');
}

export function variablesText(page) {
  return editorText(page, 'variables.json');
}

export function resultText(page) {
  return editorText(page, 'response.json');
}

/** Waits until the operation editor underlines something and returns its messages; it checks about a second late. */
export async function operationProblems(page) {
  const messages = await page.waitForFunction(() => {
    const markers = globalThis.__MONACO.editor.getModelMarkers({ owner: 'graphql' });
    return markers.length > 0 && markers.map(({ message }) => message);
  });
  return messages.jsonValue();
}

export async function screenshot(page, path) {
  await page.screenshot({ path, animations: 'disabled' });
}

function nextAnswer(page) {
  return page.waitForResponse((response) => response.request().method() === 'POST');
}

// GraphiQL 5 publishes Monaco as __MONACO; the DOM holds only the lines in view.
function editorText(page, name) {
  return page.evaluate(
    (ending) => globalThis.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith(ending))?.getValue() ?? '',
    name,
  );
}
