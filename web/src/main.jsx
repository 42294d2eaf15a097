import './workers.js';
import '@graphiql/plugin-explorer/style.css';
import 'graphiql/style.css';
import './page.css';

import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { createFetcher, INTROSPECTION_NAME } from './fetcher.js';
import { plugins } from './plugins.js';
import { SchemaProblem } from './SchemaProblem.jsx';
import { loadSettings } from './settings.js';
import { openFirstTab, storage } from './storage.js';

const { endpoint, title, tabs } = await loadSettings();
document.title = title;
openFirstTab(tabs);

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    fetcher={createFetcher(endpoint)}
    introspectionQueryName={INTROSPECTION_NAME}
    plugins={plugins}
    storage={storage}
    shouldPersistHeaders={false}
    defaultTabs={tabs.length > 0 ? tabs : undefined}
    defaultHeaders={tabs[0]?.headers}
  >
    <GraphiQL.Logo>{title}</GraphiQL.Logo>
    <SchemaProblem />
  </GraphiQL>,
);
