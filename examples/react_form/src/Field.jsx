import { canClear, problemOf, spoken, typed } from './fields.js';

/** One value in three states: left as it is, cleared, set. `edit` is undefined while it is left as it is. */
export function Field({ field, edit, told, onEdit }) {
  const id = `field-${field.path}`;
  const state = edit === undefined ? 'left' : edit.clear ? 'cleared' : 'set';
  const problems = told.length ? told : [problemOf(field, edit)].filter(Boolean);
  const value = edit === undefined ? typed(field.value) : edit.clear ? '' : edit.value;
  const take = (text) => {
    if (text === typed(field.value)) onEdit(field.path, undefined);
    else onEdit(field.path, text === '' ? { clear: true } : { value: text });
  };
  return (
    <div className="field" data-path={field.path} data-state={state}>
      <label htmlFor={id}>{field.label}</label>
      <Control
        field={field}
        id={id}
        value={value}
        onChange={(event) => take(event.target.value)}
        aria-invalid={problems.length > 0}
        aria-describedby={`${id}-facts${problems.length ? ` ${id}-problems` : ''}`}
        placeholder={state === 'cleared' ? 'will be cleared' : undefined}
      />
      <div className="tools">
        {canClear(field) && field.value !== null && state !== 'cleared' && (
          <button type="button" aria-label={`Clear ${field.label}`} onClick={() => onEdit(field.path, { clear: true })}>Clear</button>
        )}
        {state !== 'left' && (
          <button type="button" aria-label={`Leave ${field.label} as it is`} onClick={() => onEdit(field.path, undefined)}>Undo</button>
        )}
      </div>
      {problems.length > 0 && <p className="problem" id={`${id}-problems`}>{problems.join(' ')}</p>}
      <p className="facts" id={`${id}-facts`}>{facts(field).join(' · ')}</p>
    </div>
  );
}

function Control({ field, value, ...rest }) {
  const words = field.type === 'Boolean' ? ['true', 'false'] : field.options;
  if (words && field.type !== '[String!]') {
    const known = value === '' || words.includes(value);
    return (
      <select value={value} {...rest} placeholder={undefined}>
        {(canClear(field) || field.value === null) && <option value="">{field.value === null ? '(none)' : '(clear)'}</option>}
        {!known && <option value={value}>{value}</option>}
        {words.map((word) => <option key={word} value={word}>{field.type === 'Boolean' ? { true: 'Yes', false: 'No' }[word] : spoken(word)}</option>)}
      </select>
    );
  }
  if (field.type === '[String!]' || field.maxLength > 255 || value.includes('\n')) {
    return <textarea rows={field.type === '[String!]' || value.length > 60 ? 3 : 1} value={value} {...rest} />;
  }
  const number = { Int: '1', Float: 'any' }[field.type];
  return <input type={number ? 'number' : 'text'} step={number} value={value} autoComplete="off" {...rest} />;
}

function facts({ type, maxLength, nativeName, clear, requiredInEntry, note }) {
  return [
    nativeName,
    type === '[String!]' && 'one a line',
    maxLength && `up to ${maxLength} characters`,
    clear === 'NEVER' && 'cannot be cleared',
    clear === 'WITH_ENTRY' && 'cleared with its whole entry only',
    clear === 'ENTRY' && 'clearing removes the entry',
    requiredInEntry && 'every entry has it',
    note,
  ].filter(Boolean);
}
