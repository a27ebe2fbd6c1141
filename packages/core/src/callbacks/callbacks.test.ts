// Callbacks in whole trainings: files, restarts, faults. Their decisions are compared in keras-golden.test.ts.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSafetensors } from "../formats/safetensors.js";
import { loadModel } from "../model/load.js";
import type { Sequential } from "../model/sequential.js";
import { tinyCnn, tinyImages } from "../model/tiny-model.testing.js";
import { Adam, type Optimizer, SGD } from "../optimizers/index.js";
import { OneCycle } from "../schedules/index.js";
import type { Callback } from "./callback.js";
import {
  BackupAndRestore,
  CSVLogger,
  EarlyStopping,
  LearningRateScheduler,
  ModelCheckpoint,
  TensorBoard,
} from "./index.js";

const models: Sequential[] = [];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "heddle-callbacks-"));
});
afterEach(async () => {
  for (const model of models.splice(0)) model.dispose();
  await rm(folder, { recursive: true, force: true });
});

function cnn(optimizer: Optimizer = new Adam({ learningRate: 0.01 })): Sequential {
  const model = tinyCnn();
  model.compile({ threads: 2, optimizer });
  models.push(model);
  return model;
}
const data = tinyImages(70);
const options = { batchSize: 16, validationData: tinyImages(20, 2) };

/** Throws at the start of an epoch, in place of a crash. */
const crashAt = (at: number): Callback => ({
  onEpochBegin(epoch) {
    if (epoch === at) throw new Error("the power went");
  },
});

describe("ModelCheckpoint", () => {
  it("writes a folder for each epoch, named by its template, which loads as that epoch's model", async () => {
    const shas: string[] = [];
    const model = cnn();
    const callbacks = [
      new ModelCheckpoint(`${folder}/{epoch:02d}-{val_accuracy:.3f}`),
      { onEpochEnd: async () => void shas.push(await model.weightsSha256()) },
    ];
    const { epochs } = await model.fit(data, { ...options, epochs: 2, callbacks });
    const names = epochs.map(({ epoch, valAccuracy }) => `0${epoch}-${valAccuracy!.toFixed(3)}`);
    expect((await readdir(folder)).sort()).toEqual(names);
    const first = await loadModel(join(folder, names[0]!));
    expect(await first.weightsSha256()).toBe(shas[0]);
    expect(shas[1]).not.toBe(shas[0]);
  });

  it("keeps only the best weights", async () => {
    const model = cnn();
    const path = `${folder}/best.safetensors`;
    const best = new ModelCheckpoint(path, {
      ...{ monitor: "learningRate", mode: "max", saveBestOnly: true, saveWeightsOnly: true },
    });
    const rates = [0.01, 0.03, 0.02];
    let second: Float32Array | undefined;
    const callbacks: Callback[] = [
      new LearningRateScheduler((epoch) => rates[epoch]!),
      best,
      {
        onEpochEnd({ epoch }) {
          if (epoch === 2) second = model.weights[0]!.values.slice();
        },
      },
    ];
    await model.fit(data, { ...options, epochs: 3, callbacks });
    const tensors = readSafetensors(path, await readFile(path));
    expect(tensors.get(model.weights[0]!.name)!.values).toEqual(second);
    expect(second).not.toEqual(model.weights[0]!.values);
    expect(best.lastPath).toBe(path);
  });

  it("replaces no file that holds something else", async () => {
    const path = `${folder}/mine.safetensors`;
    await writeFile(path, "mine");
    const callbacks = [new ModelCheckpoint(path, { saveWeightsOnly: true })];
    await expect(cnn().fit(data, { ...options, epochs: 1, callbacks })).rejects.toThrow(
      `File ${path}: expected a safetensors file, which is replaced, or no file, received something else. Choose another path.`,
    );
    expect(await readFile(path, "utf8")).toBe("mine");
  });

  it("refuses a path with a wrong extension or an unknown name", async () => {
    expect(() => new ModelCheckpoint("weights", { saveWeightsOnly: true })).toThrow(
      "ModelCheckpoint: expected a path that ends in .safetensors, received weights. Correct the path, or `saveWeightsOnly`.",
    );
    const callbacks = [new ModelCheckpoint(`${folder}/{valAcuracy}`)];
    await expect(cnn().fit(data, { ...options, callbacks })).rejects.toThrow(
      "ModelCheckpoint: expected names of loss, accuracy, val_loss, val_accuracy, learning_rate, epoch in the path, received {valAcuracy}.",
    );
  });
});

describe("a monitor", () => {
  it("that is not measured is refused with those that are", async () => {
    const callbacks = [new EarlyStopping()];
    await expect(cnn().fit(data, { callbacks })).rejects.toThrow(
      'EarlyStopping: expected monitor to be one of loss, accuracy, learning_rate, received "val_loss". Pass `validationData` or `validationSplit`',
    );
    expect(() => new EarlyStopping({ mode: "best" as "min" })).toThrow(
      'EarlyStopping: expected mode to be "auto", "min" or "max", received "best". Correct mode.',
    );
  });
});

describe("CSVLogger", () => {
  it("writes Keras's columns, and appends to a file", async () => {
    const path = join(folder, "log.csv");
    const model = cnn();
    const { epochs } = await model.fit(data, { ...options, epochs: 2, callbacks: [new CSVLogger(path)] });
    const more = await model.fit(data, { ...options, callbacks: [new CSVLogger(path, { append: true })] });
    const rows = [...epochs, ...more.epochs].map(
      ({ epoch, accuracy, learningRate, loss, valAccuracy, valLoss }) =>
        [epoch - 1, accuracy, learningRate, loss, valAccuracy, valLoss].join(","),
    );
    const header = "epoch,accuracy,learning_rate,loss,val_accuracy,val_loss";
    expect(await readFile(path, "utf8")).toBe(`${[header, ...rows].join("\n")}\n`);
  });

  it("replaces no file that is not a history", async () => {
    const path = join(folder, "thesis.csv");
    await writeFile(path, "date,price\n1,2\n");
    for (const append of [false, true]) {
      const fitting = cnn().fit(data, { ...options, callbacks: [new CSVLogger(path, { append })] });
      await expect(fitting).rejects.toThrow(
        `File ${path}: expected a history, whose first column is epoch, received something else. Choose another path.`,
      );
    }
    expect(await readFile(path, "utf8")).toBe("date,price\n1,2\n");
  });

  it("writes NA in the columns of validation until there is one", async () => {
    const path = join(folder, "log.csv");
    const callbacks = [new CSVLogger(path, { separator: ";" })];
    await cnn().fit(data, { ...options, epochs: 2, validationFreq: 2, callbacks });
    const [header, first, second] = (await readFile(path, "utf8")).split("\n");
    expect(header).toBe("epoch;accuracy;learning_rate;loss;val_accuracy;val_loss");
    expect(first).toMatch(/^0;[\d.]+;0.01;[\d.]+;NA;NA$/);
    expect(second).toMatch(/^1(;[\d.e-]+){5}$/);
  });
});

describe("TensorBoard", () => {
  it("writes one file for training and one for validation, with a record for each epoch", async () => {
    await cnn().fit(data, { ...options, epochs: 3, callbacks: [new TensorBoard(folder)] });
    for (const [part, tags] of [
      ["train", ["epoch_loss", "epoch_accuracy", "epoch_learning_rate"]],
      ["validation", ["epoch_loss", "epoch_accuracy"]],
    ] as const) {
      const [name, ...others] = await readdir(join(folder, part));
      expect(others).toEqual([]);
      expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\.heddle\.\d+\.v2$/);
      const bytes = await readFile(join(folder, part, name!));
      const records: string[] = [];
      for (let at = 0; at < bytes.length; ) {
        const length = Number(bytes.readBigUInt64LE(at));
        records.push(bytes.toString("latin1", at + 12, at + 12 + length));
        at += 12 + length + 4;
      }
      expect(records.length).toBe(4);
      expect(records[0]).toContain("brain.Event:2");
      for (const record of records.slice(1)) for (const tag of tags) expect(record).toContain(tag);
      expect(records.join().includes("val_")).toBe(false);
    }
  });
});

describe("BackupAndRestore", () => {
  it.each([
    ["Adam", () => new Adam({ learningRate: 0.01 })],
    ["SGD with momentum on a schedule", () => new SGD({ learningRate: new OneCycle(0.05), momentum: 0.9 })],
  ])("resumes after a crash to the same bits: %s", async (_, optimizer) => {
    const run = { ...options, epochs: 5 };
    const whole = cnn(optimizer());
    const expected = await whole.fit(data, run);

    const crashing = cnn(optimizer());
    const backup = () => new BackupAndRestore(`${folder}/backup`);
    await expect(crashing.fit(data, { ...run, callbacks: [backup(), crashAt(4)] })).rejects.toThrow(
      "the power went",
    );
    const resumed = cnn(optimizer());
    const { epochs } = await resumed.fit(data, { ...run, callbacks: [backup()] });
    expect(await resumed.weightsSha256()).toBe(await whole.weightsSha256());
    const measured = (rows: typeof epochs) =>
      rows.map(({ epoch, loss, valLoss, learningRate }) => [epoch, loss, valLoss, learningRate]);
    expect(measured(epochs)).toEqual(measured(expected.epochs.slice(3)));
    expect(await readdir(`${folder}/backup`)).toEqual([]);
  });

  it("restores a learning rate that a callback has set, and keeps the backup if deleteCheckpoint is false", async () => {
    const run = { ...options, epochs: 4 };
    const halve = () => new LearningRateScheduler((_, rate) => rate / 2);
    const backup = () => new BackupAndRestore(folder, { deleteCheckpoint: false });
    const whole = cnn();
    await whole.fit(data, { ...run, callbacks: [halve()] });
    await expect(cnn().fit(data, { ...run, callbacks: [halve(), backup(), crashAt(3)] })).rejects.toThrow();
    const resumed = cnn();
    const { epochs } = await resumed.fit(data, { ...run, callbacks: [halve(), backup()] });
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual([0.01 / 8, 0.01 / 16]);
    expect(await resumed.weightsSha256()).toBe(await whole.weightsSha256());
    expect(await readdir(folder)).toEqual(["backup.safetensors"]);
  });

  it("refuses a different optimizer's backup", async () => {
    const callbacks = () => [new BackupAndRestore(folder)];
    await expect(
      cnn().fit(data, { ...options, epochs: 2, callbacks: [...callbacks(), crashAt(2)] }),
    ).rejects.toThrow();
    await expect(cnn(new SGD({})).fit(data, { callbacks: callbacks() })).rejects.toThrow(
      /^SGD: expected a state of 0 arrays of \d+ numbers, received 2 of .*Compile the model with the optimizer/,
    );
  });
});
