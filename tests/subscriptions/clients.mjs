// node clients.mjs <origin> <key>
// Drives a gateway with the reference clients graphql-ws and graphql-sse; prints what each scenario saw as one JSON object.
import { createClient as createSocketClient } from 'graphql-ws';
import { createClient as createStreamClient } from 'graphql-sse';
import WebSocket from 'ws';

const [origin, key] = process.argv.slice(2);
const url = `${origin}/graphql`;
const authorization = `Bearer ${key}`;
const never = () => false;

const socketClient = (options = {}) =>
  createSocketClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
    ...options,
  });
const streamClient = (options = {}) =>
  createStreamClient({ url, headers: { authorization }, retryAttempts: 0, ...options });

class WithHeader extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { headers: { authorization } });
  }
}

// Everything an operation yields, then how it ended.
const all = (client, request) =>
  new Promise((resolve) => {
    const results = [];
    client.subscribe(request, {
      next: (result) => results.push(result),
      error: (error) => resolve({ results, error: described(error) }),
      complete: () => resolve({ results }),
    });
  });

const described = (error) => {
  if (Array.isArray(error)) return { errors: error.map(({ message, extensions }) => ({ message, extensions })) };
  if (error.response) return { status: error.response.status };
  return error.code ? { code: error.code, reason: error.reason } : { message: error.message };
};

// The first result of an endless operation, which is then ended by the client.
const first = async (client, request) => {
  for await (const result of client.iterate(request)) return result;
};

const count = { query: 'subscription ($from: Int!) { countdown(start: $from) }', variables: { from: 3 } };
const write = {
  query: `mutation ($note: String) {
    updateCustomer(input: {
      customer: { native: { connectionId: "books", nativeId: "1001" } }, change: { fortnox: { notes: $note } }
    }) { customer { notes } errors { code } }
  }`,
};

const scenarios = {
  subscription: (client) => all(client(), count),
  query: (client) => all(client(), { query: '{ connections { id } }' }),
  mutation: (client, name) => all(client(), { ...write, variables: { note: `by ${name}` } }),
  several: async (client) => {
    const one = client();
    return Promise.all([3, 2, 1].map((from) => all(one, { ...count, variables: { from } })));
  },
  left: (client, name) => first(client(), { query: `subscription { forever(name: "${name}") }` }),
  refused: (client) => all(client(), { query: '{ nothing }' }),
  failing: (client) => all(client(), { query: 'subscription { failing }' }),
};

const seen = { socket: {}, stream: {} };
for (const [name, run] of Object.entries(scenarios)) {
  seen.socket[name] = await run(socketClient, 'socket');
  seen.stream[name] = await run(streamClient, 'stream');
}
seen.socket.header = await all(socketClient({ webSocketImpl: WithHeader, connectionParams: undefined }), count);
seen.socket.nobody = await all(socketClient({ connectionParams: undefined }), count);
seen.socket.stranger = await all(socketClient({ connectionParams: { authorization: 'Bearer x' }, shouldRetry: never }), count);
seen.socket.kept = await new Promise((resolve) => {
  const client = socketClient({ keepAlive: 20, on: { pong: (received) => received && resolve('pong') } });
  all(client, { query: 'subscription { forever }' });
});
seen.stream.stranger = await all(streamClient({ headers: { authorization: 'Bearer x' } }), count);
console.log(JSON.stringify(seen));
process.exit(0);
