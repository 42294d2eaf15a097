// node lint.mjs <schema file>
// Prints what graphql-eslint finds in it as JSON: {"findings": [{"rule", "line", "message"}], "unused": [...]}, where
// `unused` are the exceptions that excused nothing.
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { ESLint } from 'eslint';

import { configuration, EXCEPTIONS } from './rules.mjs';

const file = path.resolve(process.argv[2]);
const eslint = new ESLint({
  cwd: path.dirname(file), // files outside are refused
  overrideConfigFile: true,
  overrideConfig: configuration(file),
});
const [{ messages }] = await eslint.lintFiles([file]);
const lines = readFileSync(file, 'utf8').split('\n');
const used = new Set();
const findings = messages
  .map(({ ruleId, line, message }) => ({ rule: ruleId?.replace('@graphql-eslint/', '') ?? null, line, message }))
  .filter(({ rule, line }) => {
    const excused = EXCEPTIONS.find((item) => item.rule === rule && item.at.test(lines[line - 1]));
    if (excused) used.add(excused);
    return excused === undefined;
  });
const unused = EXCEPTIONS.filter((item) => !used.has(item)).map(({ rule, at }) => `${rule}: ${at.source}`);
console.log(JSON.stringify({ findings, unused }));
