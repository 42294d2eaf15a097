import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';

/** A bar above GraphiQL while there is no schema; running operations works without one. */
export function SchemaProblem() {
  const { fetchError } = useGraphiQL(pick('fetchError'));
  const { introspect } = useGraphiQLActions();
  if (!fetchError) return null;
  return (
    <div className="schema-problem" role="alert">
      <p>
        <strong>The schema could not be loaded, so there is no completion and no documentation.</strong> If the gateway
        asks for a key, put it into Headers first.
        <br />
        {messageOf(fetchError)}
      </p>
      <button type="button" onClick={introspect}>
        Try again
      </button>
    </div>
  );
}

// GraphiQL keeps the error as the printed result it would show.
function messageOf(fetchError) {
  try {
    return JSON.parse(fetchError).errors[0].message;
  } catch {
    return fetchError;
  }
}
