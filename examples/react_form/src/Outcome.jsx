import { typed } from './fields.js';
import { useFocus } from './focus.js';

/** What a preview or a write came to. `labels` names paths; `unplaced` are the problems that belong to no field. */
export function Outcome({ payload, placed, unplaced, labels }) {
  const heading = useFocus(payload);
  const failed = payload.errors.length > 0;
  const title = failed ? 'This cannot be done yet' : payload.dryRun ? 'What would happen' : 'Done';
  return (
    <section className={`outcome ${failed ? 'bad' : payload.dryRun ? '' : 'good'}`} aria-labelledby="outcome-title">
      <h2 id="outcome-title" tabIndex={-1} ref={heading}>{title}</h2>
      {failed && (
        <ul className="problems">
          {placed.map(({ path, message }) => <li key={path + message}><a href={`#${encodeURIComponent(`field-${path}`)}`}>{labels.get(path)}</a>: {message}</li>)}
          {unplaced.map(({ code, message, providerMessage, retryable }) => (
            <li key={code + message}>
              {message}{providerMessage && ` (${providerMessage})`}{retryable && ' The same call may succeed in a moment.'}
            </li>
          ))}
        </ul>
      )}
      {payload.warnings.length > 0 && (
        <>
          <h3>Mind</h3>
          <ul className="warnings">
            {payload.warnings.map((item, number) => (
              <li key={number}>
                <strong>{item.code}</strong> {item.message}
                {item.code !== 'RISK' && item.stored !== null && ` Sent ${JSON.stringify(item.sent)}, stored ${JSON.stringify(item.stored)}.`}
              </li>
            ))}
          </ul>
        </>
      )}
      {!failed && <Changes changes={payload.changes} labels={labels} />}
      {payload.requests.length > 0 && (
        <details className="requests" open={payload.dryRun && !failed}>
          <summary>{payload.requests.length === 1 ? 'One call' : `${payload.requests.length} calls`} to the provider</summary>
          <ol>
            {payload.requests.map(({ method, path, status, body, writes }, number) => (
              <li key={number}>
                <code>{method} {path}</code> {status === null ? (writes && payload.dryRun ? 'would be sent' : 'not answered') : status}
                {body !== null && <pre tabIndex={0}>{typeof body === 'string' ? body : JSON.stringify(body, null, 2)}</pre>}
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

function Changes({ changes, labels }) {
  if (!changes.length) return <p>Nothing differs: the record has these values already.</p>;
  return (
    <table className="changes">
      <thead><tr><th scope="col">Value</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
      <tbody>
        {changes.map(({ path: read, before, after }) => [read.replace(/^details\./, ''), before, after]).map(([path, before, after]) => (
          <tr key={path} data-path={path}>
            <th scope="row">{labels.get(path) ?? path}</th>
            <td data-column="Before"><Value of={before} /></td>
            <td data-column="After"><Value of={after} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Value({ of: value }) {
  if (value === null || value === undefined) return <em>none</em>;
  return <>{typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : typed(value)}</>;
}
