import { getNamedType, isInputObjectType, typeFromAST } from 'graphql';
import { getContextAtPosition } from 'graphql-language-service';
import { getLocation } from 'jsonc-parser';

const FIELDS = new Set(['Field', 'AliasedField', 'ObjectField']);
const BLOCKS = new Set(['SelectionSet', 'ObjectValue']);

/**
 * The object or input type that the cursor is in, and the field of it that the cursor is at, if any. Also found in a
 * document that is half typed. `line` and `column` count from 0.
 */
export function placeAt(schema, text, { line, column }) {
  const position = { line, character: column };
  const context = getContextAtPosition(text, position, schema);
  if (!context) return null;
  const { state, typeInfo } = context;
  if (typeInfo.inputObjectType) return { type: typeInfo.inputObjectType, field: nameAround(state) };
  const variable = getNamedType(typeInfo.type);
  if (around(state, new Set(['VariableDefinition'])))
    return isInputObjectType(variable) ? { type: variable, field: null } : null;
  return typeInfo.parentType ? { type: typeInfo.parentType, field: nameAround(state) } : null;
}

/** The name of the field that a state is in, unless a block is nearer. */
function nameAround(state) {
  const found = around(state, new Set([...FIELDS, ...BLOCKS]));
  return found && FIELDS.has(found.kind) ? (found.name ?? null) : null;
}

function around(state, kinds) {
  let one = state;
  while (one && !kinds.has(one.kind)) one = one.prevState;
  return one ?? null;
}

/** The same for the text of the variables, whose types the operation's variable definitions state. */
export function placeInVariables(schema, definitions, text, offset) {
  const [variable, ...steps] = getLocation(text, offset).path;
  const definition = definitions.find((one) => one.variable.name.value === variable);
  let inner = definition && getNamedType(typeFromAST(schema, definition.type));
  let place = isInputObjectType(inner) ? { type: inner, field: null } : null;
  for (const step of steps) {
    if (!isInputObjectType(inner)) break;
    place = { type: inner, field: typeof step === 'string' && step !== '' ? step : null };
    if (typeof step === 'string') inner = getNamedType(inner.getFields()[step]?.type);
  }
  return place;
}
