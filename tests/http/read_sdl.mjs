// node read_sdl.mjs < schema.graphql
// What graphql-js makes of an SDL: {"version", "problems": [message], "oneOf": [input types that are @oneOf]}.
import { readFileSync } from 'node:fs';

import { buildSchema, isInputObjectType, validateSchema, version } from 'graphql';

const schema = buildSchema(readFileSync(0, 'utf8'));
const report = {
  version,
  problems: validateSchema(schema).map(({ message }) => message),
  oneOf: Object.values(schema.getTypeMap())
    .filter((type) => isInputObjectType(type) && type.isOneOf)
    .map(({ name }) => name),
};
console.log(JSON.stringify(report));
