import { reasonAt } from './facts.js';
import { Path } from './Section.jsx';
import { factWords } from './words.js';

const WITHOUT_ROWS = {
  update: 'Tells the entries of its list apart.',
  read: 'Made by the gateway.',
  none: 'The provider has no such value.',
};

/** What one integration states of one value in one place. */
export function RowFacts({ row, problems = [] }) {
  const words = row ? factWords(row) : [];
  return (
    <>
      {problems.map((problem) => (
        <strong key={problem} className="field-support-problem">
          {problem}
        </strong>
      ))}
      {row?.nativeName && <Path>{row.nativeName}</Path>}
      {words.length > 0 && <span className="field-support-facts">{words.join(' · ')}</span>}
      {row?.note && <span className="field-support-remark">{row.note}</span>}
    </>
  );
}

/** All places of a value at an integration, one for each type of entry that is kept apart, or why there is none. */
export function Places({ integration, path, level, rows }) {
  if (rows.length === 0) {
    return <span className="field-support-facts">{reasonAt(integration, path) ?? WITHOUT_ROWS[level ?? 'none']}</span>;
  }
  return rows.map((row) => {
    const types = row.steps.map(({ key }) => key).filter((key) => key !== null && /^[A-Z]/.test(key));
    return (
      <div key={`${row.path} ${row.update}`} className="field-support-place">
        {rows.length > 1 && types.length > 0 && <b>{types.join(' ')}</b>} <RowFacts row={row} />
      </div>
    );
  });
}
