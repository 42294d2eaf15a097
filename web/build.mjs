// Builds GraphiQL and its workers into gql_gateway/static/graphiql; --check compares that folder with a fresh build.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { describeLicenses } from './licenses.mjs';

const WEB = path.dirname(fileURLToPath(import.meta.url));
const OUTPUT = path.join(WEB, '..', 'gql_gateway', 'static', 'graphiql');
const SOURCES = ['build.mjs', 'licenses.mjs', 'licenses', 'package.json', 'package-lock.json', 'src'];

const SHARED = {
  absWorkingDir: WEB,
  bundle: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'external',
  metafile: true,
  minify: true,
  outdir: OUTPUT,
  target: 'es2022',
  write: false,
};

const PAGE = {
  ...SHARED,
  entryPoints: { graphiql: 'src/main.jsx' },
  format: 'esm',
  jsx: 'automatic',
  plugins: [{ name: 'monaco-styles', setup: skipMonacoStyles }],
};

// esbuild follows no `new Worker(...)`, so each worker is an entry of its own, as a classic script.
const WORKERS = {
  ...SHARED,
  entryPoints: {
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  },
  format: 'iife',
};

// graphiql/style.css already holds Monaco's styles and icon font; a second copy would only weigh.
function skipMonacoStyles({ onLoad }) {
  onLoad({ filter: /[\\/]monaco-editor[\\/].*\.css$/ }, () => ({ contents: '', loader: 'css' }));
}

/** Every file of the bundle as a map from name to bytes. */
async function bundle() {
  const results = [await build(PAGE), await build(WORKERS)];
  const built = results.flatMap(({ outputFiles }) => outputFiles);
  const notices = built.filter(({ path: file }) => file.endsWith('.LEGAL.txt')).map(({ text }) => text);
  const files = new Map();
  for (const { path: file, contents } of built) {
    if (!file.endsWith('.LEGAL.txt')) files.set(path.basename(file), Buffer.from(contents));
  }
  for (const name of ['index.html', 'favicon.svg']) files.set(name, await readFile(path.join(WEB, 'src', name)));
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  files.set('THIRD_PARTY_LICENSES.txt', Buffer.from(await describeLicenses(WEB, inputs, notices)));
  files.set('manifest.json', Buffer.from(`${JSON.stringify(await describe(files), null, 2)}\n`));
  return files;
}

/** SHA-256 of each source (path below web/) and of each output but the manifest itself. */
async function describe(files) {
  const sources = {};
  for (const name of await listSources()) sources[name] = sha256(await readFile(path.join(WEB, name)));
  const outputs = {};
  for (const name of [...files.keys()].sort()) outputs[name] = sha256(files.get(name));
  return { sources, outputs };
}

async function listSources() {
  const found = [];
  for (const name of SOURCES) {
    const below = await readdir(path.join(WEB, name), { recursive: true, withFileTypes: true }).catch(() => null);
    if (below === null) found.push(name);
    for (const entry of below ?? []) {
      if (entry.isFile()) found.push(path.relative(WEB, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
    }
  }
  return found.sort();
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

async function store(files) {
  await rm(OUTPUT, { recursive: true, force: true });
  await mkdir(OUTPUT, { recursive: true });
  for (const [name, bytes] of files) await writeFile(path.join(OUTPUT, name), bytes);
}

/** Names of the files that are missing from the stored folder, too many in it, or different. */
async function differences(files) {
  const stored = await readdir(OUTPUT).catch(() => []);
  const names = [...new Set([...stored, ...files.keys()])].sort();
  const same = await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(path.join(OUTPUT, name)).catch(() => null);
      return bytes !== null && files.has(name) && bytes.equals(files.get(name));
    }),
  );
  return names.filter((_, index) => !same[index]);
}

const files = await bundle();
if (process.argv.includes('--check')) {
  const stale = await differences(files);
  if (stale.length > 0) {
    console.error(`gql_gateway/static/graphiql is not what web/ builds (npm run build): ${stale.join(', ')}`);
    process.exitCode = 1;
  }
} else {
  await store(files);
  for (const [name, bytes] of files) console.log(`${String(bytes.length).padStart(9)}  ${name}`);
}
