// Draws attacks from all kinds, and carries them out one after another.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../../packages/core/dist/base/random.js";
import { bounded } from "./bounded.mjs";
import { makeFixture } from "./fixture.mjs";
import { lines } from "./lines.mjs";
import { names } from "./names.mjs";
import { ours } from "./ours.mjs";
import { Fault, Sandbox } from "./sandbox.mjs";
import { stopping } from "./stopping.mjs";
import { types } from "./types.mjs";
import { writers } from "./writers.mjs";

/**
 * @typedef {object} Kind
 * @property {string} what an attack of this kind must not break
 * @property {(sandbox: Sandbox) => Promise<void>} attack
 *
 * @typedef {object} Found a fault
 * @property {string} kind
 * @property {string} message
 * @property {readonly string[]} log what was run
 * @property {string} command repeats the attack
 *
 * @typedef {object} Results
 * @property {Map<string, { attacks: number, held: number }>} kinds
 * @property {Found[]} faults
 */

/** @type {Record<string, Kind>} */
export const KINDS = {
  ours: { what: "nothing of a stranger's is replaced, deleted or written through", attack: ours },
  writers: { what: "of several processes one writes", attack: writers },
  stopping: {
    what: "a signal ends a command at any moment; nothing that blocks is opened",
    attack: stopping,
  },
  names: { what: "names are never code", attack: names },
  types: { what: "a value of a wrong type is refused, or changes nothing", attack: types },
  lines: { what: "after kills, full disks and damaged lines the next command works", attack: lines },
  bounded: { what: "no file costs more memory than it may", attack: bounded },
};

/**
 * @param {object} options
 * @param {number} options.seed of the first attack; each next one has the next seed
 * @param {number} [options.count] how many
 * @param {number} [options.minutes] after which no attack begins
 * @param {Record<string, Kind>} [options.kinds]
 * @param {import("./fixture.mjs").Fixture} [options.fixture] made anew by default
 * @param {(line: string) => void} [options.tell]
 * @returns {Promise<Results>}
 */
export async function attack({
  seed,
  count = Number.POSITIVE_INFINITY,
  minutes = Number.POSITIVE_INFINITY,
  kinds = KINDS,
  fixture,
  tell = () => {},
}) {
  const folder = mkdtempSync(join(tmpdir(), "heddle-attack-"));
  const end = performance.now() + 60_000 * minutes;
  /** @type {Results} */
  const results = {
    kinds: new Map(Object.keys(kinds).map((name) => [name, { attacks: 0, held: 0 }])),
    faults: [],
  };
  try {
    mkdirSync(join(folder, "fixture"));
    const material = fixture ?? (await makeFixture(join(folder, "fixture")));
    for (let done = 0; done < count && performance.now() < end; done++) {
      // The kind has numbers of its own, so that `--only` repeats the same attack.
      const name = drawKind(Object.keys(kinds), seed + done);
      const path = join(folder, `attack-${done}`);
      mkdirSync(path);
      const sandbox = new Sandbox(path, material, new Random(seed + done, "split"));
      const counts = results.kinds.get(name) ?? { attacks: 0, held: 0 };
      counts.attacks++;
      try {
        await kinds[name]?.attack(sandbox);
        counts.held++;
      } catch (thrown) {
        const message =
          thrown instanceof Fault ? thrown.message : String(thrown instanceof Error ? thrown.stack : thrown);
        const command = `node tools/reliability/attack.mjs --seed ${seed + done} --count 1 --only ${name}`;
        results.faults.push({ kind: name, message, log: sandbox.log, command });
        tell(`FAULT (${name}): ${message}\n${sandbox.log.map((line) => `  ${line}\n`).join("")}  ${command}`);
      }
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
      if ((done + 1) % 10 === 0)
        tell(`${done + 1} attacks, ${results.faults.length} faults; next seed ${seed + done + 1}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return results;
}

function drawKind(/** @type {string[]} */ names, /** @type {number} */ seed) {
  return names[new Random(seed, "selection").below(names.length)] ?? "";
}
