import { useId, useState } from 'react';

import { rowsAt } from './facts.js';
import { Legend } from './Level.jsx';
import { Matrix } from './Matrix.jsx';
import { Places } from './Row.jsx';
import { FactRow, RowTable } from './RowTable.jsx';
import { Empty, Path, Section } from './Section.jsx';

/** The fields of customers that the operation selects: at all integrations, and with all facts at one of them. */
export function Selected({ facts, operation, passes }) {
  const { changes, selected } = operation;
  const [chosen, choose] = useState(null);
  const name = chosen ?? changes[0]?.integration.name ?? '';
  const integration = facts.integrations.find((one) => one.name === name);
  const labels = new Map(facts.integrations.map((one) => [one.name, one.label]));
  const rows = selected.filter(({ path, levels }) => passes(path, ...[...levels.keys()].map((one) => labels.get(one))));
  if (selected.length === 0) return null;
  if (rows.length === 0) {
    return (
      <Section title="Selected">
        <Empty>No selected field passes the filter.</Empty>
      </Section>
    );
  }
  return (
    <Section title="Selected">
      <Matrix
        caption="Selected fields and what each integration does with them"
        integrations={facts.integrations}
        rows={rows.map(({ path, levels }) => ({ name: path, levels }))}
      />
      <Legend />
      <Choice integrations={facts.integrations} name={name} choose={choose} />
      {integration && <FactsTable integration={integration} rows={rows} />}
    </Section>
  );
}

function Choice({ integrations, name, choose }) {
  const id = useId();
  return (
    <p className="field-support-choice">
      <label htmlFor={id}>Facts at</label>
      <select id={id} value={name} onChange={(event) => choose(event.target.value)}>
        <option value="">choose an integration</option>
        {integrations.map((one) => (
          <option key={one.name} value={one.name}>
            {one.label}
          </option>
        ))}
      </select>
    </p>
  );
}

function FactsTable({ integration, rows }) {
  return (
    <RowTable heads={['Field', `At ${integration.label}`]}>
      {rows.map(({ path, levels }) => {
        const level = levels.get(integration.name) ?? null;
        return (
          <FactRow key={path} level={level} name={<Path>{path}</Path>}>
            <Places integration={integration} path={path} level={level} rows={rowsAt(integration, path)} />
          </FactRow>
        );
      })}
    </RowTable>
  );
}
