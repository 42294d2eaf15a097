// node audit.mjs <url of a GraphQL endpoint>
// Runs every audit of GraphQL over HTTP that the package graphql-http has; prints [{"id", "name", "status", "reason"}].
import { serverAudits } from 'graphql-http';

const [url] = process.argv.slice(2);
const report = [];
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const { id, name, status, reason } = await audit.fn();
  report.push({ id, name, status, reason: reason ?? null });
}
console.log(JSON.stringify(report));
