import { useMemo, useRef, useState } from 'react';

import { Conflict } from './Conflict.jsx';
import { Field } from './Field.jsx';
import { fieldsOf, sent, titleOf } from './fields.js';
import { memberOf, updateCustomer } from './gateway.js';
import { Outcome } from './Outcome.jsx';
import { changeOf } from './paths.js';

/** The form of one customer. A write is offered only for what was previewed, and goes out under one idempotency key. */
export function Form({ schema, integration, reading, opened }) {
  const [customer, setCustomer] = useState(opened);
  const [edits, setEdits] = useState({});
  const [outcome, setOutcome] = useState(null); // {payload, told, unplaced, of: the edits it is about}
  const [busy, setBusy] = useState(null);
  const [failure, setFailure] = useState(null);
  const [wanted, setWanted] = useState('');
  const key = useRef(null);
  const bar = useRef(null);

  const fields = useMemo(() => fieldsOf(integration, reading.places, customer), [integration, reading, customer]);
  const labels = useMemo(() => new Map(fields.map((field) => [field.path, titleOf(field)])), [fields]);
  const groups = useMemo(() => Map.groupBy(fields, ({ group }) => group), [fields]);
  const conflict = outcome?.payload.errors.find(({ __typename }) => __typename === 'VersionConflict');
  const current = useMemo(() => conflict?.current && fieldsOf(integration, reading.places, conflict.current), [integration, reading, conflict]);
  const count = Object.keys(edits).length;
  const previewed = outcome?.of === edits && outcome.payload.errors.every(({ retryable }) => retryable) && !outcome.written;
  const told = outcome?.of === edits ? outcome.told : [];

  const change = (next) => {
    key.current = null; // another change is another call
    setEdits(next);
  };
  const edit = (path, value) => {
    const { [path]: _, ...others } = edits;
    change(value === undefined ? others : { ...others, [path]: value });
  };

  async function send(dryRun) {
    setBusy(dryRun ? 'preview' : 'write');
    setFailure(null);
    const member = memberOf(schema, integration);
    const built = changeOf(fields.filter(({ path }) => path in edits).map((field) => [field.path, sent(field, edits[field.path])]));
    if (!dryRun) key.current ??= crypto.randomUUID();
    try {
      const payload = await updateCustomer(reading.fragment, {
        customer: { id: customer.id },
        change: { [member]: built.change },
        expectedVersion: customer.version,
        ...(dryRun ? { dryRun } : { idempotencyKey: key.current }),
      });
      const at = ({ path }) => (path[0] === 'change' && path[1] === member ? built.pathOf(path.slice(2)) : '');
      const problems = payload.errors.map((error) => ({ ...error, path: at(error) }));
      const written = !dryRun && payload.errors.length === 0;
      const after = written ? {} : edits;
      if (written) {
        key.current = null;
        setEdits(after);
        if (payload.customer) setCustomer(payload.customer);
      }
      setOutcome({
        payload,
        written,
        told: problems.filter(({ path }) => labels.has(path)),
        unplaced: problems.filter(({ path }) => !labels.has(path)),
        of: after,
      });
    } catch (error) {
      setFailure(error.message);
    } finally {
      setBusy(null);
    }
  }

  function goOn(kept) {
    setCustomer(conflict.current);
    setOutcome(null);
    change(kept);
    bar.current.focus();
  }

  return (
    <div className="columns">
      <form onSubmit={(event) => { event.preventDefault(); send(true); }} aria-label={`Change ${customer.companyName}`}>
        <label className="search">Find a field <input type="search" value={wanted} onChange={(event) => setWanted(event.target.value)} /></label>
        {[...groups].map(([name, members]) => (
          <Group key={name} {...{ name, members, edits, told, wanted }} onEdit={edit} />
        ))}
        <Missing integration={integration} />
      </form>
      <div className="side">
        <div className="bar" role="group" aria-label="Send" tabIndex={-1} ref={bar}>
          <span aria-live="polite">{count === 0 ? 'No changes yet' : count === 1 ? 'One change' : `${count} changes`}</span>
          <button type="button" disabled={!count || busy !== null} onClick={() => send(true)}>{busy === 'preview' ? 'Asking …' : 'Preview'}</button>
          <button type="button" className="main" disabled={!count || !previewed || busy !== null} onClick={() => send(false)}>{busy === 'write' ? 'Writing …' : 'Write'}</button>
        </div>
        {failure && <p className="outcome bad" role="alert">{failure}</p>}
        {current && outcome.of === edits ? (
          <Conflict before={fields} now={current} edits={edits} onGoOn={goOn} />
        ) : outcome && (outcome.of === edits || outcome.written) ? (
          <Outcome payload={outcome.payload} placed={outcome.told} unplaced={outcome.unplaced} labels={labels} />
        ) : (
          <p className="note">Change a value and press <em>Preview</em>: the gateway reads the record, writes nothing, and shows the differences and the exact calls.</p>
        )}
      </div>
    </div>
  );
}

function Group({ name, members, edits, told, wanted, onEdit }) {
  const found = members.filter(({ label, path, nativeName }) => `${name} ${label} ${path} ${nativeName}`.toLowerCase().includes(wanted.toLowerCase()));
  const touched = members.filter(({ path }) => path in edits).length;
  const wrong = members.some(({ path }) => told.some((error) => error.path === path));
  const [open, setOpen] = useState(name === 'General');
  if (!found.length) return null;
  return (
    <details className="group" open={open || wanted !== '' || wrong} onToggle={(event) => { if (wanted === '' && !wrong) setOpen(event.currentTarget.open); }}>
      <summary>{name} <span className="count">{members.length}{touched > 0 && ` · ${touched} changed`}</span></summary>
      {found.map((field) => (
        <Field
          key={field.path}
          field={field}
          edit={edits[field.path]}
          told={told.filter(({ path }) => path === field.path).map(({ message }) => message)}
          onEdit={onEdit}
        />
      ))}
    </details>
  );
}

function Missing({ integration: { label, missing } }) {
  if (!missing.length) return null;
  return (
    <details className="group missing">
      <summary>What cannot be changed in {label} <span className="count">{missing.length}</span></summary>
      <dl>{missing.map(({ path, reason }) => <div key={path}><dt>{path}</dt><dd>{reason}</dd></div>)}</dl>
    </details>
  );
}
