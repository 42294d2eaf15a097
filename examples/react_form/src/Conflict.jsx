import { useState } from 'react';

import { titleOf, typed } from './fields.js';
import { useFocus } from './focus.js';
import { Value } from './Outcome.jsx';

/** Somebody else changed the record. `before` and `now` are its fields as opened and as they are; `onGoOn` gets the edits kept. */
export function Conflict({ before, now, edits, onGoOn }) {
  const heading = useFocus(now);
  const [given, setGiven] = useState({});
  const was = new Map(before.map((field) => [field.path, field]));
  const touched = ({ path, value }) => typed(value) !== typed(was.get(path)?.value);
  const rows = now.filter((field) => field.path in edits || touched(field));
  const there = new Set(now.map(({ path }) => path));
  const gone = before.filter(({ path }) => path in edits && !there.has(path));
  const goOn = () => onGoOn(Object.fromEntries(Object.entries(edits).filter(([path]) => there.has(path) && given[path] !== 'theirs')));
  return (
    <section className="outcome bad" aria-labelledby="conflict-title">
      <h2 id="conflict-title" tabIndex={-1} ref={heading}>Somebody else changed this customer</h2>
      <p>Nothing was written. This is the record as it is now; say what to do with your values.</p>
      <table className="conflict">
        <thead>
          <tr><th scope="col">Value</th><th scope="col">When you opened it</th><th scope="col">Now</th><th scope="col">Yours</th></tr>
        </thead>
        <tbody>
          {rows.map((field) => (
            <tr key={field.path} data-path={field.path}>
              <th scope="row">{titleOf(field)}</th>
              <td data-column="When you opened it"><Value of={was.get(field.path)?.value} /></td>
              <td data-column="Now"><Value of={field.value} /></td>
              <td data-column="Yours">
                <Mine
                  field={field}
                  edit={edits[field.path]}
                  touched={touched(field)}
                  given={given[field.path]}
                  onChoose={(word) => setGiven({ ...given, [field.path]: word })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {gone.map((field) => <p key={field.path}>{titleOf(field)}: the entry is gone, and your value with it.</p>)}
      <button type="button" className="main" onClick={goOn}>Go on with this choice</button>
    </section>
  );
}

/** Nothing to choose where only one of both wants another value. */
function Mine({ field: { path, label }, edit, touched, given = 'mine', onChoose }) {
  if (edit === undefined) return '–';
  const mine = <Value of={edit.clear ? null : edit.value} />;
  if (!touched) return mine;
  return (
    <fieldset>
      <legend className="unseen">{label}</legend>
      {Object.entries({ mine: <>Keep mine: {mine}</>, theirs: 'Take theirs' }).map(([word, text]) => (
        <label key={word}>
          <input type="radio" name={`choice-${path}`} value={word} checked={given === word} onChange={() => onChoose(word)} /> {text}
        </label>
      ))}
    </fieldset>
  );
}
