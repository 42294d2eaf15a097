import { Button, Spinner } from '@graphiql/react';
import { useId, useMemo, useState } from 'react';

import { Changes } from './Changes.jsx';
import { filterOf } from './filter.js';
import { Found } from './Found.jsx';
import { Selected } from './Selected.jsx';
import { Skeletons } from './Skeletons.jsx';
import { UnderCursor } from './UnderCursor.jsx';
import { useDocument } from './useDocument.js';
import { useFacts } from './useFacts.js';

/** GraphiQL's pane "Field support": what the gateway states of the fields in the editor. */
export function Pane() {
  const { facts, problem, schema, retry } = useFacts();
  return (
    <section aria-label="Field support" className="field-support">
      <h2 className="field-support-title">Field support</h2>
      {problem !== null && <Refused problem={problem} retry={retry} />}
      {problem === null && facts === null && <Spinner />}
      {facts !== null && <Content facts={facts} schema={schema} retry={retry} />}
    </section>
  );
}

function Refused({ problem, retry }) {
  return (
    <div role="alert" className="field-support-alert">
      <p>The gateway did not tell what its fields support. If it asks for a key, put it into Headers first.</p>
      <p>{problem}</p>
      <Button type="button" onClick={retry}>
        Ask again
      </Button>
    </div>
  );
}

function Content({ facts, schema, retry }) {
  const [typed, setTyped] = useState('');
  const passes = useMemo(() => filterOf(typed), [typed]);
  const { operation, isStale, place } = useDocument(schema, facts);
  const shared = { facts, passes, schema };
  return (
    <>
      <Filter value={typed} onChange={setTyped} />
      {(!schema || facts.problem !== null) && <Unread problem={facts.problem} retry={retry} />}
      {schema && <Skeletons facts={facts} schema={schema} />}
      {isStale && (
        <p role="status" className="field-support-note">
          The operation cannot be parsed yet; this is what it was before.
        </p>
      )}
      {schema && <Changes {...shared} operation={operation} />}
      {schema && <UnderCursor {...shared} place={place} />}
      {schema && <Selected {...shared} operation={operation} />}
      {(typed.trim() !== '' || !schema) && <Found {...shared} />}
    </>
  );
}

function Filter({ value, onChange }) {
  const id = useId();
  return (
    <p className="field-support-filter">
      <label htmlFor={id}>Filter</label>
      <input
        id={id}
        type="search"
        value={value}
        placeholder="field, native name, integration …"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    </p>
  );
}

/** Without a schema the operation cannot be read, but the facts can. */
function Unread({ problem, retry }) {
  return (
    <div role="alert" className="field-support-alert">
      <p>
        There is no introspection here, so the operation in the editor cannot be read and selected fields are not
        judged. All facts are below.
      </p>
      {problem !== null && <p>{problem}</p>}
      <Button type="button" onClick={retry}>
        Ask again
      </Button>
    </div>
  );
}
