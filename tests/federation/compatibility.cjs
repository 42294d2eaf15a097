// Their tests look for the router at a fixed port; here it is wherever a port was free.
const { resolve } = require("node:path");

const tests = resolve(__dirname, "node_modules/@apollo/federation-subgraph-compatibility-tests");
require(`${tests}/dist/utils/client`).ROUTER_URL = process.env.ROUTER_URL;
