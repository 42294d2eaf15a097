import { searchRows } from './filter.js';
import { RowFacts } from './Row.jsx';
import { FactRow, RowTable } from './RowTable.jsx';
import { Empty, Path, Section } from './Section.jsx';

const MOST = 60;

/** The facts of all integrations that pass the filter, whatever the editor holds. */
export function Found({ facts, passes }) {
  const { shown, more } = searchRows(facts.integrations, passes, MOST);
  return (
    <Section title="All facts">
      {shown.length === 0 ? (
        <Empty>Nothing passes the filter.</Empty>
      ) : (
        <RowTable heads={['Field', 'There']}>
          {shown.map(({ integration, row }) => (
            <FactRow
              key={`${integration.name} ${row.path} ${row.update}`}
              level={row.update ? 'update' : 'read'}
              name={<Name integration={integration} path={row.path} />}
            >
              <RowFacts row={row} />
            </FactRow>
          ))}
        </RowTable>
      )}
      {more > 0 && <Empty>{more} more: narrow the filter.</Empty>}
    </Section>
  );
}

function Name({ integration, path }) {
  return (
    <>
      <Path>{path}</Path>
      <span className="field-support-remark">{integration.label}</span>
    </>
  );
}
