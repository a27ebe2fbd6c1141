// The systems whose throughput is measured, and how each is started.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The net of ../nets.mjs that the study trains. */
const STUDY = "study-cnn";

export const HEDDLE = ["Heddle, strict", "Heddle, --fast"];
export const ONE_THREAD = "Heddle, strict, one thread";

/** Heddle in its variants and the peers in Python, in the order of their turns: name → command for a batch. */
export function systemsInTurn({ threads, keras, pytorch }) {
  const heddle = (...rest) => ({
    command: (batch) => ["node", [at("heddle/nets.mjs"), STUDY, batch, threads, ...rest]],
  });
  const python = (peer, program) => ({
    needs: program,
    command: (batch) => [program, [at(`peers/${peer}/nets.py`), STUDY, batch, threads]],
  });
  return installed({
    [HEDDLE[0]]: heddle(),
    [HEDDLE[1]]: heddle("fast"),
    "Keras on TensorFlow": python("keras", keras),
    PyTorch: python("pytorch", pytorch),
  });
}

/** The peers in JavaScript, so much slower that one process of twenty seconds is enough: name → command. */
export function slowSystems() {
  const script = (peer) => ({
    needs: at(`peers/${peer}/node_modules`),
    command: () => ["node", [at(`peers/${peer}/throughput.mjs`)]],
  });
  return installed({ "jax-js": script("jax-js"), "TensorFlow.js": script("tfjs") });
}

export function heddleOnOneThread(batch) {
  return ["node", [at("heddle/nets.mjs"), STUDY, batch, 1]];
}

/** Skips the systems that are not installed, and says so. */
function installed(systems) {
  const found = Object.entries(systems).filter(([name, { needs }]) => {
    if (needs === undefined || existsSync(needs)) return true;
    console.warn(
      `\n*** SKIPPED: ${name}: there is no ${needs}; bench/README.md says how to install it ***\n`,
    );
    return false;
  });
  return Object.fromEntries(found.map(([name, { command }]) => [name, command]));
}
