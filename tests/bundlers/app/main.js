// The page's script: does what `?work=` names and posts what came of it, with all warnings, to `?report=`.
import { map } from "./map.js";
import { train } from "./train.js";

const query = new URLSearchParams(location.search);
const warnings = [];
console.warn = (...words) => warnings.push(words.join(" "));

/** Two models, so that what should be said once can be said twice. */
async function twice(engine) {
  await train(engine);
  return train(engine);
}

const startWorker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

const works = {
  train: () => twice(),
  worker: () => twice({ worker: startWorker }),
  // The page is about to be reloaded unless it is isolated.
  isolated: () => (crossOriginIsolated ? twice() : new Promise(() => {})),
  map,
};

let outcome;
try {
  outcome = { isolated: crossOriginIsolated, ...(await works[query.get("work")]()), warnings };
} catch (error) {
  outcome = { error: String(error?.stack ?? error) };
}
await fetch(query.get("report"), { method: "POST", body: JSON.stringify(outcome) });
