import { textsOf } from './filter.js';
import { RowFacts } from './Row.jsx';
import { FactRow, RowTable } from './RowTable.jsx';
import { Empty, Path, Section } from './Section.jsx';
import { listed } from './words.js';

/** The integrations that the operation's inputs address, each with the values sent. */
export function Changes({ operation, passes }) {
  const { changes, unset } = operation;
  return (
    <>
      {unset.length > 0 && (
        <p role="status" className="field-support-note">
          Without a value yet: {listed(unset.map((name) => `$${name}`))}.
        </p>
      )}
      {changes.map((change, at) => (
        <Change key={at} change={change} passes={passes} />
      ))}
    </>
  );
}

function Change({ change: { integration, sent }, passes }) {
  const shown = sent.filter((item) =>
    passes(...(item.row ? textsOf(integration, item.row) : [integration.label, item.path])),
  );
  const wrong = sent.filter(({ problems }) => problems.length > 0).length;
  return (
    <Section title={`Sent to ${integration.label}`}>
      <p className="field-support-about">
        {integration.updateSemantics === 'PARTIAL' ? 'Partial update' : 'Whole record replaced'} ·{' '}
        {integration.trust.toLowerCase().replace('_', ' ')}, checked {integration.checkedOn}
        {wrong > 0 && (
          <strong className="field-support-problem">
            {wrong === 1 ? '1 value' : `${wrong} values`} would be refused
          </strong>
        )}
      </p>
      {sent.length === 0 ? (
        <Empty>No value is sent yet.</Empty>
      ) : shown.length === 0 ? (
        <Empty>No value sent passes the filter.</Empty>
      ) : (
        <SentTable integration={integration} items={shown} />
      )}
    </Section>
  );
}

function SentTable({ integration, items }) {
  return (
    <RowTable heads={['Field', `At ${integration.label}`]}>
      {items.map(({ path, row, problems }, at) => (
        <FactRow key={at} level={row ? 'update' : null} name={<Path>{path}</Path>} isWrong={problems.length > 0}>
          <RowFacts row={row} problems={problems} />
        </FactRow>
      ))}
    </RowTable>
  );
}
