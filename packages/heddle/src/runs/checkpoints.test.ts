import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Checkpoints } from "./checkpoints.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-checkpoints-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sums = { loss: 1, activity: 0, penalty: 0, correct: 1, samples: 2 };

/** The state after some epochs and steps. */
const at = (epoch: number, steps = 0): TrainingState => ({
  epoch,
  epochs: epoch,
  steps: 10 * epoch + steps,
  stopped: false,
  learningRate: undefined,
  underWay: steps === 0 ? undefined : { steps, seconds: 1, sums },
  weights: [Float32Array.of(epoch, steps)],
  slots: [],
  memories: [],
});

async function write(states: readonly TrainingState[], last = 2, bestEpoch?: number): Promise<Checkpoints> {
  const checkpoints = new Checkpoints(folder);
  for (const state of states) await checkpoints.write({ state, notes: {} }, { last, bestEpoch });
  return checkpoints;
}

const refuseWarnings = (message: string) => expect.fail(message);

describe("Checkpoints", () => {
  it("keeps the last checkpoints and the best epoch's", async () => {
    const states = [at(0, 5), at(1), at(1, 5), at(2), at(2, 5), at(3)];
    const checkpoints = await write(states, 2, 1);
    expect(readdirSync(folder).sort()).toEqual([
      "epoch-0001.safetensors",
      "epoch-0003-step-000005.safetensors",
      "epoch-0003.safetensors",
    ]);
    const newest = await checkpoints.newest(refuseWarnings);
    expect(newest).toMatchObject({ epoch: 3, step: 0, checkpoint: { state: { epoch: 3 } } });
    await write([at(4)], 1);
    expect(readdirSync(folder)).toEqual(["epoch-0004.safetensors"]);
  });

  it("finds nothing in a missing folder", async () => {
    const checkpoints = new Checkpoints(join(folder, "missing"));
    expect(await checkpoints.list()).toEqual([]);
    expect(await checkpoints.newest(refuseWarnings)).toBeUndefined();
  });

  it("falls back to the checkpoint before a damaged one, and names the damaged one", async () => {
    const checkpoints = await write([at(1), at(1, 5), at(2)], 3);
    const path = join(folder, "epoch-0002.safetensors");
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    writeFileSync(join(folder, "epoch-0002-step-000005.safetensors"), "");
    const warnings: string[] = [];
    const newest = await checkpoints.newest((message) => warnings.push(message));
    expect(newest).toMatchObject({ epoch: 1, step: 0 });
    expect(warnings[0]).toMatch(`Checkpoint ${path}: expected a file with SHA-256 `);
    expect(warnings[0]).toMatch(`It is kept as ${path}.damaged.`);
    expect(warnings).toHaveLength(2);
    // The next one that is written does not come after the damaged ones.
    await write([at(1, 2)], 1);
    expect(readdirSync(folder).sort()).toEqual([
      "epoch-0002-step-000002.safetensors",
      "epoch-0002-step-000005.safetensors.damaged",
      "epoch-0002.safetensors.damaged",
    ]);
  });

  it("leaves earlier checkpoints alone when one cannot be written", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    await expect(
      new Checkpoints(join(file, "below")).write({ state: at(1), notes: {} }, { last: 1, bestEpoch: 1 }),
    ).rejects.toThrow(/epoch-0001\.safetensors: expected a file that can be written, received /);
  });
});
