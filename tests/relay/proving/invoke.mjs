// Run one handler as the platform would: invoke.mjs FILE SYMBOL EVENT RESULT (paths of files).
//
// Nothing but this machine is reached: names and addresses of others are refused.
import dns from "node:dns";
import { readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import { syncBuiltinESMExports } from "node:module";
import { pathToFileURL } from "node:url";

const [file, symbol, event, result] = process.argv.slice(2);

function refuseOutside(host) {
  const local = !host || host === "localhost" || host === "::1" || /^127\./.test(host);
  if (!local) throw new Error(`${host} is not this machine`);
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const first = Array.isArray(given[0]) ? given[0][0] : given[0];
  if (typeof first === "object" && first !== null) refuseOutside(first.host);
  else if (typeof given[1] === "string") refuseOutside(given[1]);
  return connect.apply(this, given);
};
const lookup = dns.lookup;
dns.lookup = (host, ...rest) => {
  refuseOutside(host);
  return lookup(host, ...rest);
};
syncBuiltinESMExports();

function called(handler, data) {
  const context = {
    awsRequestId: "8c1a7c9e-2f0b-4d57-9b65-0f1f8a3f2c11",
    functionName: file,
    getRemainingTimeInMillis: () => 10_000,
    callbackWaitsForEmptyEventLoop: false,
  };
  return new Promise((resolve, reject) => {
    const told = (error, value) => (error ? reject(error) : resolve(value));
    const answer = handler(data, { ...context, done: told, succeed: resolve, fail: reject }, told);
    if (answer && typeof answer.then === "function") answer.then(resolve, reject);
  });
}

let answer;
try {
  const module = await import(pathToFileURL(file));
  const handler = module[symbol] ?? module.default?.[symbol];
  answer = { returned: await called(handler, JSON.parse(readFileSync(event, "utf8"))) };
} catch (error) {
  answer = { error: error?.stack ?? String(error) };
}
writeFileSync(result, JSON.stringify(answer));
process.exit(0);
