const DEFAULTS = { endpoint: '/graphql', title: 'gql_gateway', tabs: [] };

/** What the gateway says about itself; a missing or unreadable answer leaves the defaults. */
export async function loadSettings() {
  try {
    const response = await fetch(new URL('settings.json', import.meta.url));
    if (!response.ok) return DEFAULTS;
    const settings = { ...DEFAULTS, ...(await response.json()) };
    return { ...settings, tabs: settings.tabs.map(editorTexts) };
  } catch (error) {
    console.warn('No GraphiQL settings from the gateway, starting with the defaults.', error);
    return DEFAULTS;
  }
}

// Editors hold text, so variables and headers that come as JSON objects are printed.
function editorTexts({ query, variables, headers }) {
  return { query, variables: asText(variables), headers: asText(headers) };
}

function asText(value) {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
