import { Button, pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useState } from 'react';

import { customerIn } from './customer.js';
import { skeletonOf } from './skeleton.js';
import { shortLabel } from './words.js';

/** A button for each integration that opens a tab with an update of everything it can write. */
export function Skeletons({ facts, schema }) {
  const { headerEditor, queryEditor, tabs, variableEditor } = useGraphiQL(
    pick('headerEditor', 'queryEditor', 'tabs', 'variableEditor'),
  );
  const { addTab } = useGraphiQLActions();
  const [said, setSaid] = useState('');

  function open(integration) {
    const customer = customerIn(tabs, integration);
    const { query, variables } = skeletonOf(schema, integration, customer ?? undefined);
    const headers = headerEditor?.getValue() ?? '';
    addTab();
    queryEditor.setValue(query);
    variableEditor.setValue(variables);
    headerEditor?.setValue(headers); // A new tab would start without the caller's key.
    const first = customer ? '' : 'Say there which customer it is about. ';
    setSaid(
      `A new tab holds an update of ${integration.label}, its values in Variables. ${first}Run, it is a dry run.`,
    );
  }

  return (
    <details className="field-support-new">
      <summary>New update</summary>
      <p className="field-support-about">
        Opens a tab with an update of every value that the integration can write, required ones first.
      </p>
      <ul className="field-support-buttons">
        {facts.integrations.map((integration) => (
          <li key={integration.name}>
            <Button type="button" onClick={() => open(integration)} aria-label={`New update: ${integration.label}`}>
              {shortLabel(integration)}
            </Button>
          </li>
        ))}
      </ul>
      <p role="status" className="field-support-about">
        {said}
      </p>
    </details>
  );
}
