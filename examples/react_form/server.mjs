// node server.mjs [port]: builds the form, serves it on this machine, and hands its queries on to the gateway.
// GATEWAY_URL says where that is; GATEWAY_KEY is its API key, which stays here and never reaches the browser.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const SOURCES = path.join(path.dirname(fileURLToPath(import.meta.url)), 'src');
const { GATEWAY_URL = 'http://127.0.0.1:8000/graphql', GATEWAY_KEY } = process.env;
const LARGEST = 1_000_000;
const HEADERS = {
  'Content-Security-Policy': "default-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
};

const { outputFiles } = await build({
  entryPoints: [path.join(SOURCES, 'main.jsx')],
  bundle: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  format: 'esm',
  jsx: 'automatic',
  minify: true,
  outdir: '/',
  target: 'es2022',
  write: false,
});
const TYPES = { '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' };
const pages = new Map(outputFiles.map((file) => [`/${path.basename(file.path)}`, file.contents]));
pages.set('/', await readFile(path.join(SOURCES, 'index.html')));

const server = createServer((request, response) => {
  const { port } = server.address();
  // Whoever reaches this server speaks with its key: another site must not, under whatever name it found it.
  const origins = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!origins.includes(request.headers.host)) return answer(response, 421, 'text/plain', 'Another host is meant.');
  const { origin } = request.headers;
  if (origin && !origins.includes(origin.replace('http://', ''))) return answer(response, 403, 'text/plain', 'No.');
  if (request.method === 'POST' && request.url === '/graphql') return handOn(request, response);
  const page = request.method === 'GET' ? pages.get(request.url) : undefined;
  const type = TYPES[path.extname(request.url)] ?? TYPES['.html'];
  return page ? answer(response, 200, type, page) : answer(response, 404, 'text/plain', 'Nothing here.');
});

async function handOn(request, response) {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > LARGEST) return answer(response, 413, 'text/plain', 'Too large.');
    pieces.push(piece);
  }
  try {
    const answered = await fetch(GATEWAY_URL, {
      method: 'POST',
      headers: {
        Accept: 'application/graphql-response+json',
        'Content-Type': request.headers['content-type'] ?? '',
        ...(GATEWAY_KEY && { Authorization: `Bearer ${GATEWAY_KEY}` }),
      },
      body: Buffer.concat(pieces),
    });
    answer(response, answered.status, answered.headers.get('content-type'), Buffer.from(await answered.arrayBuffer()));
  } catch {
    const errors = [{ message: 'The gateway cannot be reached.' }];
    answer(response, 502, 'application/json', JSON.stringify({ errors }));
  }
}

function answer(response, status, type, body) {
  response.writeHead(status, { ...HEADERS, 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

server.listen(Number(process.argv[2] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
