// Serves supergraphs, each on a free port of this machine. Standard input: [{name, engine, supergraph}]; one line on
// standard output: {name: {url} or {error}}. Runs until it is told to end.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

class WithAuthorization extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.authorization) request.http.headers.set("authorization", context.authorization);
  }
}

async function serveApollo(supergraph) {
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph,
    buildService: ({ url }) => new WithAuthorization({ url }),
    logger: QUIET,
  });
  const server = new ApolloServer({ gateway, introspection: true, includeStacktraceInErrorResponses: false, logger: QUIET });
  const { url } = await startStandaloneServer(server, {
    listen: { host: "127.0.0.1", port: 0 },
    context: async ({ req }) => ({ authorization: req.headers.authorization }),
  });
  return url;
}

async function serveHive(supergraph) {
  const gateway = createGatewayRuntime({
    supergraph,
    logging: false,
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) => {
        const authorization = request.headers.get("authorization");
        return authorization ? { authorization } : {};
      },
    },
  });
  const server = createServer(gateway);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}/graphql`;
}

const served = {};
for (const { name, engine, supergraph } of JSON.parse(readFileSync(0, "utf-8"))) {
  try {
    served[name] = { url: await (engine === "apollo" ? serveApollo : serveHive)(supergraph) };
  } catch (error) {
    served[name] = { error: error.message };
  }
}
process.stdout.write(`${JSON.stringify(served)}\n`);
setInterval(() => {}, 60_000);
