import { parseJSONC, pick, useGraphiQL, useOperationsEditorState, useVariablesEditorState } from '@graphiql/react';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';

import { placeAt } from './cursor.js';
import { readOperation } from './operation.js';

const NOTHING = { name: null, changes: [], selected: [], unset: [] };

/**
 * What stands in the editors: `operation` as last understood, `isStale` while the text does not parse, and `place`, the
 * type under the cursor.
 */
export function useDocument(schema, facts) {
  const { operationName } = useGraphiQL(pick('operationName'));
  const text = useDeferredValue(useOperationsEditorState()[0]);
  const variables = useDeferredValue(useVariables());
  const cursor = useDeferredValue(useCursor());
  const last = useRef(NOTHING);

  return useMemo(() => {
    if (!schema || !facts) return { operation: NOTHING, isStale: false, place: null };
    const place = placeAt(schema, text, cursor);
    const given = { text, variables, offset: cursor.offset, operationName };
    const operation = text.trim() === '' ? NOTHING : understood(schema, facts, given);
    last.current = operation ?? last.current;
    return { operation: last.current, isStale: operation === null, place };
  }, [cursor, facts, operationName, schema, text, variables]);
}

function understood(schema, facts, given) {
  try {
    return readOperation(schema, facts, given);
  } catch {
    return null;
  }
}

/** The variables as last understood. */
function useVariables() {
  const [text] = useVariablesEditorState();
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

function useCursor() {
  const { queryEditor } = useGraphiQL(pick('queryEditor'));
  const [cursor, setCursor] = useState({ line: 0, column: 0, offset: 0 });
  useEffect(() => {
    if (!queryEditor) return undefined;
    const read = () => setCursor(cursorOf(queryEditor));
    read();
    const listener = queryEditor.onDidChangeCursorPosition(read);
    return () => listener.dispose();
  }, [queryEditor]);
  return cursor;
}

function cursorOf(editor) {
  const position = editor.getPosition() ?? { lineNumber: 1, column: 1 };
  const offset = editor.getModel()?.getOffsetAt(position) ?? 0;
  return { line: position.lineNumber - 1, column: position.column - 1, offset };
}
