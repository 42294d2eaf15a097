import { levelWords, SIGNS } from './words.js';

/** W, R or – in the colours of the support matrix; its words for those who do not see them. */
export function Level({ level, children = null }) {
  return (
    <abbr title={levelWords(level)} className={`field-support-level field-support-${level ?? 'none'}`}>
      {SIGNS[level] ?? '–'}
      {children}
    </abbr>
  );
}

export function Legend() {
  return (
    <p className="field-support-legend">
      <Level level="update" /> read and update <Level level="read" /> read only <Level level={null} /> not supported
    </p>
  );
}
