import { pick, tryParseJSONC, useGraphiQL } from '@graphiql/react';
import { useCallback, useEffect, useState } from 'react';

import { loadFacts } from './facts.js';

const LOADING = { facts: null, problem: null };

// The facts of each schema the page has had, so that opening the pane again asks nothing.
const known = new WeakMap();

/** The gateway's facts, asked once a schema with the headers of the editor; `problem` is why there are none. */
export function useFacts() {
  const { fetcher, headerEditor, isIntrospecting, schema } = useGraphiQL(
    pick('fetcher', 'headerEditor', 'isIntrospecting', 'schema'),
  );
  const [state, setState] = useState(LOADING);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    if (isIntrospecting) return undefined;
    let isCurrent = true;
    setState(LOADING);
    factsFor(schema, fetcher, headerEditor).then(
      (facts) => isCurrent && setState({ facts, problem: null }),
      (error) => isCurrent && setState({ facts: null, problem: error.message }),
    );
    return () => {
      isCurrent = false;
    };
  }, [attempt, fetcher, headerEditor, isIntrospecting, schema]);

  return { ...state, schema, retry: useCallback(() => setAttempt((number) => number + 1), []) };
}

async function factsFor(schema, fetcher, headerEditor) {
  if (schema && known.has(schema)) return known.get(schema);
  const headers = tryParseJSONC(headerEditor?.getValue());
  const facts = await loadFacts((query) => fetcher({ query }, { headers }));
  if (schema && facts.problem === null) known.set(schema, facts);
  return facts;
}
