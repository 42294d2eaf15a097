import { Level } from './Level.jsx';
import { Path } from './Section.jsx';
import { shortLabel } from './words.js';

/** Fields down, integrations across; `rows` are { name, levels } and `current` names the one to mark. */
export function Matrix({ caption, integrations, rows, current = null }) {
  return (
    <table className="field-support-matrix">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          {integrations.map((integration) => (
            <th key={integration.name} scope="col">
              <span>{shortLabel(integration)}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, levels }) => (
          <tr key={name} aria-current={name === current ? 'true' : undefined}>
            <th scope="row">
              <Path>{name}</Path>
            </th>
            {integrations.map((integration) => (
              <td key={integration.name}>
                <Level level={levels.get(integration.name) ?? null} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
