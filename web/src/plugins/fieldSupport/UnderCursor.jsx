import { useMemo } from 'react';

import { Legend } from './Level.jsx';
import { Matrix } from './Matrix.jsx';
import { Places } from './Row.jsx';
import { FactRow, RowTable } from './RowTable.jsx';
import { Empty, Path, Section } from './Section.jsx';
import { fieldAt, tableOf } from './table.js';

/** The table of all integrations for the type that the cursor is in, and all facts of the field that it is at. */
export function UnderCursor({ facts, passes, place, schema }) {
  const table = useMemo(() => place && tableOf(schema, facts, place.type), [facts, place, schema]);
  if (!table) {
    return (
      <Section title="Under the cursor">
        <Empty>
          {place ? `No field facts for ${place.type.name}. ` : ''}Put the cursor into a customer or a change.
        </Empty>
      </Section>
    );
  }
  const rows = table.rows.filter(({ path, levels }) => passes(path, ...labelsOf(facts, levels)));
  const field = table.rows.find(({ name }) => name === place.field);
  return (
    <Section title={`Under the cursor: ${table.type}`}>
      {rows.length === 0 ? (
        <Empty>No field of {table.type} passes the filter.</Empty>
      ) : (
        <>
          <Matrix
            caption={`Fields of ${table.type} and what each integration does with them`}
            integrations={facts.integrations}
            rows={rows}
            current={place.field}
          />
          <Legend />
        </>
      )}
      {field && <Field facts={facts} field={field} passes={passes} />}
    </Section>
  );
}

function labelsOf({ integrations }, levels) {
  return integrations.filter(({ name }) => levels.has(name)).map(({ label }) => label);
}

function Field({ facts, field, passes }) {
  const stated = fieldAt(facts, field.path).filter(({ integration, rows }) =>
    passes(field.path, integration.label, ...rows.map(({ nativeName }) => nativeName)),
  );
  if (stated.every(({ rows, reason }) => rows.length === 0 && reason === null)) return null;
  const caption = (
    <>
      <Path>{field.path}</Path> at each integration
    </>
  );
  return (
    <RowTable heads={['Integration', 'There']} caption={caption}>
      {stated.map(({ integration, rows }) => {
        const level = field.levels.get(integration.name) ?? null;
        return (
          <FactRow key={integration.name} level={level} name={integration.label}>
            <Places integration={integration} path={field.path} level={level} rows={rows} />
          </FactRow>
        );
      })}
    </RowTable>
  );
}
