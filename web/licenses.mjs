// Writes what the licences of the bundled packages ask for: names, versions, copyright notices and texts.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const LICENSE_FILE = /^(licen[cs]e|copying|notice|thirdpartynotices)([.-].*)?$/i;
const RULE = `${'-'.repeat(80)}\n`;

// Fonts and icons that come inside style sheets, so no package.json speaks of them.
const FONTS = [
  { name: 'Roboto 2.137 (font, inside graphiql.css)', license: 'Apache-2.0', file: 'licenses/roboto.txt' },
  { name: 'Fira Code 5.002 (font, inside graphiql.css)', license: 'OFL-1.1', file: 'licenses/fira-code.txt' },
];
const ICONS = `Codicons (icon font of Visual Studio Code, inside graphiql.css)
Licence: CC-BY-4.0, Copyright (c) Microsoft Corporation
Source: https://github.com/microsoft/vscode-codicons, licence text https://creativecommons.org/licenses/by/4.0/legalcode
`;

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

/**
 * The text of THIRD_PARTY_LICENSES.txt.
 * @param {string} root folder with node_modules and licenses
 * @param {string[]} inputs paths below root of all files in the bundle
 * @param {string[]} notices licence comments found in those files
 */
export async function describeLicenses(root, inputs, notices) {
  const packages = await readPackages(root, inputs);
  const sections = packages.map((one) => section(`${one.name} ${one.version}`, one.license, textOf(one, packages)));
  for (const { name, license, file } of FONTS) {
    sections.push(section(name, license, await readFile(path.join(root, file), 'utf8')));
  }
  sections.push(ICONS);
  sections.push(`Notices inside bundled files\n\n${[...new Set(notices)].join('\n')}`);
  const summary = packages.map(({ name, version, license }) => `  ${name} ${version} (${license})\n`).join('');
  const head = `The files in this folder contain the following software, fonts and icons.\n\n${summary}`;
  const text = [head, ...sections].map((part) => `${part.trimEnd()}\n`).join(`\n${RULE}\n`);
  return text.replaceAll('\r\n', '\n');
}

function section(title, license, text) {
  return `${title}\nLicence: ${license}\n\n${text}`;
}

/** The bundled packages by name and version; npm may have put the same one into several folders. */
async function readPackages(root, inputs) {
  const folders = inputs.map((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter(Boolean);
  const found = new Map();
  for (const folder of [...new Set(folders)].sort()) {
    const one = await readPackage(root, folder);
    found.set(`${one.name} ${one.version}`, one);
  }
  return [...found.keys()].sort().map((key) => found.get(key));
}

async function readPackage(root, folder) {
  const { name, version, license, author, repository } = JSON.parse(
    await readFile(path.join(root, folder, 'package.json'), 'utf8'),
  );
  if (!license) throw new Error(`${name} names no licence`);
  const files = (await readdir(path.join(root, folder))).filter((file) => LICENSE_FILE.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(root, folder, file), 'utf8')));
  return { name, version, license, author: author?.name ?? author, source: repository?.url ?? repository, texts };
}

function textOf({ name, license, author, source, texts }, packages) {
  if (texts.length > 0) return texts.join('\n');
  const sibling = packages.find((other) => other.texts.length > 0 && source && plain(other.source) === plain(source));
  if (sibling) return `(text of ${sibling.name}, from the same repository)\n\n${sibling.texts.join('\n')}`;
  if (license !== 'MIT') throw new Error(`${name} comes without the text of its licence ${license}`);
  return `Copyright (c) ${author ?? `the authors of ${name}`}\n\n${MIT}`;
}

function plain(source) {
  return source?.replace(/^git\+/, '').replace(/\.git$/, '');
}
