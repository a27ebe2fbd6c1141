// Loaded before Heddle with `node --require`: cuts off the network. Names are not found, or, with
// HEDDLE_TEST_NETWORK=silent, no answer ever comes.
const dns = require("node:dns");

dns.lookup = (hostname, _options, callback) => {
  if (process.env.HEDDLE_TEST_NETWORK === "silent") return;
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: "ENOTFOUND" });
  setImmediate(callback, error);
};
