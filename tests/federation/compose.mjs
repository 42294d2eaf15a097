// Composes subgraphs with both libraries. Standard input: [{name, url, sdl}]; standard output: {apollo, guild}, each with
// its supergraph or the messages of its errors.
import { readFileSync } from "node:fs";

import { composeServices as apollo } from "@apollo/composition";
import { composeServices as guild } from "@theguild/federation-composition";
import { parse } from "graphql";

const subgraphs = JSON.parse(readFileSync(0, "utf-8")).map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));

const told = ({ supergraphSdl, errors }) => ({
  supergraph: supergraphSdl ?? null,
  errors: (errors ?? []).map((error) => error.message),
});

process.stdout.write(JSON.stringify({ apollo: told(apollo(subgraphs)), guild: told(guild(subgraphs)) }));
