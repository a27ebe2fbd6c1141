import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../base/sha256.js";
import { writeSafetensors } from "../formats/safetensors.js";
import type { TrainingState } from "./callback.js";
import { checkpointFile, readCheckpoint } from "./checkpoint-file.js";

const state: TrainingState = {
  epoch: 3,
  epochs: 5,
  steps: 1234,
  underWay: {
    steps: 7,
    seconds: 0.125,
    sums: { loss: 0.1 + 0.2, activity: 0, penalty: 1e-300, correct: Number.NaN, samples: 448 },
  },
  stopped: false,
  learningRate: 0.1 / 3,
  weights: [Float32Array.of(1, -0, 1e-45, 3.4e38), new Float32Array(0)],
  slots: [Float32Array.of(0.1, 0.2)],
  memories: [
    { numbers: { wait: 2, best: Number.NEGATIVE_INFINITY }, arrays: [Float32Array.of(5, 6)] },
    { numbers: {}, arrays: [] },
  ],
};
const notes = { history: 'epoch,"loss"\n1,0.5\n', empty: "" };
const file = await checkpointFile({ state, notes });

describe("a checkpoint file", () => {
  it("is read back to the last bit", async () => {
    expect(await readCheckpoint("file", file)).toEqual({ state, notes });
    const between: TrainingState = { ...state, underWay: undefined, stopped: true, learningRate: undefined };
    const other = await checkpointFile({ state: between, notes: {} });
    expect(await readCheckpoint("file", other)).toEqual({ state: between, notes: {} });
  });

  it("is refused if any byte is changed, missing or added", async () => {
    const refuses = (bytes: Uint8Array) =>
      expect(readCheckpoint("Checkpoint a", bytes)).rejects.toThrow(/^Checkpoint a: expected /);
    for (let at = 0; at < file.length; at++) {
      const damaged = file.slice();
      damaged[at]! ^= 1 << (at % 8);
      await refuses(damaged);
    }
    await fc.assert(
      fc.asyncProperty(
        fc.nat(file.length - 1),
        async (length) => void (await refuses(file.slice(0, length))),
      ),
      { numRuns: 60 },
    );
    await refuses(Uint8Array.of(...file, 0));
  });

  it.each([
    ["learningRate", "null", { learningRate: Number.NaN }],
    ["learningRate", "-0.1", { learningRate: -0.1 }],
    ["seconds of the epoch", "null", { underWay: { ...state.underWay!, seconds: Number.POSITIVE_INFINITY } }],
  ])("is refused if its %s is %s, even with the right checksum", async (name, received, change) => {
    const wrong = await checkpointFile({ state: { ...state, ...change }, notes });
    await expect(readCheckpoint("Checkpoint a", wrong)).rejects.toThrow(
      `Checkpoint a: expected a finite number of at least 0 for ${name}, received ${received}. The file is damaged`,
    );
  });

  it("is refused if its learning rate overflows, even with the right checksum", async () => {
    const bytes = Buffer.from(await checkpointFile({ state: { ...state, learningRate: 12345 }, notes }));
    bytes.write("1e999", bytes.indexOf("12345"));
    const at = bytes.indexOf('"checksum":"') + '"checksum":"'.length;
    bytes.write("0".repeat(64), at);
    bytes.write(await sha256(bytes), at);
    await expect(readCheckpoint("Checkpoint a", bytes)).rejects.toThrow(
      "Checkpoint a: expected a finite number of at least 0 for learningRate, received Infinity.",
    );
  });

  it("is not any file of tensors", async () => {
    const weights = writeSafetensors([{ name: "a", shape: [1], values: Float32Array.of(1) }]);
    await expect(readCheckpoint("File w", weights)).rejects.toThrow(
      `File w: expected a checkpoint of a training, received ${weights.length} bytes of something else. The file is damaged, or not a checkpoint: take another.`,
    );
  });
});
