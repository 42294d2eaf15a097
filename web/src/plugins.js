import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from 'graphiql';

import { FIELD_SUPPORT_PLUGIN } from './plugins/fieldSupport/index.jsx';

/** Panes of the left bar, from the top, below GraphiQL's own documentation pane; see plugins/README.md. */
export const plugins = [HISTORY_PLUGIN, explorerPlugin(), FIELD_SUPPORT_PLUGIN];
