import { parseJSONC, pick, useGraphiQL, useOperationsEditorState, useVariablesEditorState } from '@graphiql/react';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';

import { placeAt, placeInVariables } from './cursor.js';
import { NOTHING, readOperation } from './operation.js';

const START = { line: 0, column: 0, offset: 0 };

/**
 * What stands in the editors: `operation` as last understood, `isStale` while the text does not parse, and `place`, the
 * type under the cursor of the editor that was used last.
 */
export function useDocument(schema, facts) {
  const { operationName, queryEditor, variableEditor } = useGraphiQL(
    pick('operationName', 'queryEditor', 'variableEditor'),
  );
  const text = useDeferredValue(useOperationsEditorState()[0]);
  const [variablesText] = useVariablesEditorState();
  const variables = useDeferredValue(useVariables(variablesText));
  const [used, setUsed] = useState('query');
  const cursor = useDeferredValue(useCursor(queryEditor, () => setUsed('query')));
  const inVariables = useDeferredValue(useCursor(variableEditor, () => setUsed('variables')));
  const last = useRef(NOTHING);

  const { operation, isStale } = useMemo(() => {
    if (!schema || !facts) return { operation: NOTHING, isStale: false };
    const given = { text, variables, offset: cursor.offset, operationName };
    const found = text.trim() === '' ? NOTHING : understood(schema, facts, given);
    last.current = found ?? last.current;
    return { operation: last.current, isStale: found === null };
  }, [cursor, facts, operationName, schema, text, variables]);

  const place = useMemo(() => {
    if (!schema) return null;
    return used === 'query'
      ? placeAt(schema, text, cursor)
      : placeInVariables(schema, operation.definitions, variablesText, inVariables.offset);
  }, [cursor, inVariables, operation, schema, text, used, variablesText]);

  return { operation, isStale, place };
}

function understood(schema, facts, given) {
  try {
    return readOperation(schema, facts, given);
  } catch {
    return null;
  }
}

/** The variables as last understood. */
function useVariables(text) {
  const last = useRef({});
  return useMemo(() => {
    try {
      last.current = parseJSONC(text) ?? {};
    } catch {
      // Half typed: what was there before still stands.
    }
    return last.current;
  }, [text]);
}

/** Where an editor's cursor is; `onMove` is called when it moves. */
function useCursor(editor, onMove) {
  const [cursor, setCursor] = useState(START);
  const moved = useRef(onMove);
  moved.current = onMove;
  useEffect(() => {
    if (!editor) return undefined;
    setCursor(cursorOf(editor));
    const listener = editor.onDidChangeCursorPosition(() => {
      setCursor(cursorOf(editor));
      moved.current();
    });
    return () => listener.dispose();
  }, [editor]);
  return cursor;
}

function cursorOf(editor) {
  const position = editor.getPosition() ?? { lineNumber: 1, column: 1 };
  const offset = editor.getModel()?.getOffsetAt(position) ?? 0;
  return { line: position.lineNumber - 1, column: position.column - 1, offset };
}
