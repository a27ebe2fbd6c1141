// Streams of samples: the same numbers as from arrays, failures, and streams that are closed early.
import { afterEach, describe, expect, it } from "vitest";
import { AbortedError } from "../base/errors.js";
import type { Callback, TrainingState } from "../callbacks/callback.js";
import { Adam } from "../optimizers/index.js";
import { OneCycle } from "../schedules/index.js";
import type { FitOptions } from "../training/fit-options.js";
import type { LabelledSamples } from "../training/samples.js";
import type { SampleChunk, SampleStream } from "../training/stream.js";
import type { Sequential } from "./sequential.js";
import { asFloats, tinyCnn, tinyImages } from "./tiny-model.testing.js";

const models: Sequential[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});
function cnn(threads = 2): Sequential {
  const model = tinyCnn({ seed: 3 });
  model.compile({ threads, optimizer: new Adam({ learningRate: 0.01 }), metrics: ["f1Score"] });
  models.push(model);
  return model;
}

const samples = tinyImages(150);

/** Some rows of samples. */
function rows(source: LabelledSamples, first: number, last: number): SampleChunk {
  const size = source.images.length / source.count;
  return {
    images: source.images.subarray(first * size, last * size),
    labels: source.labels.subarray(first, last),
  };
}

/** A stream of chunks of these sizes in turn, with a log of what was requested of it. */
function stream(source: LabelledSamples, sizes: readonly number[]) {
  const log = { passes: [] as number[], begun: 0, ended: 0, chunks: 0 };
  async function* chunks(pass: number): AsyncGenerator<SampleChunk> {
    log.passes.push(pass);
    log.begun++;
    try {
      for (let first = 0, at = 0; first < source.count; at++) {
        const last = Math.min(source.count, first + sizes[at % sizes.length]!);
        // Some chunks take a moment, as from a file.
        if (at % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        log.chunks++;
        yield rows(source, first, last);
        first = last;
      }
    } finally {
      log.ended++;
    }
  }
  return { chunks, log };
}

/** A generator that reuses the same memory for all its chunks. */
async function* sameMemory(source: LabelledSamples, size: number): AsyncGenerator<SampleChunk> {
  const images = new Uint8Array(size * 64);
  const labels = new Uint8Array(size);
  for (let first = 0; first + size <= source.count; first += size) {
    images.set(source.images.subarray(first * 64, (first + size) * 64));
    labels.set(source.labels.subarray(first, first + size));
    yield { images, labels };
  }
}

/** The weights and logs of a training, without times. */
async function trained(source: LabelledSamples | SampleStream, options: FitOptions, threads = 2) {
  const model = cnn(threads);
  const { epochs } = await model.fit(source, { batchSize: 16, ...options });
  const logs = epochs.map(({ seconds: _, imagesPerSecond: __, ...row }) => row);
  return { sha256: await model.weightsSha256(), logs };
}

describe("fit on a stream trains to the same bits as on arrays", () => {
  const inOrder = { epochs: 3, shuffle: false };
  it.each([
    ["single samples", [1]],
    ["batches", [16]],
    ["odd sizes", [7, 1, 40, 3]],
    ["all samples", [150]],
  ])("in chunks of %s", async (_, sizes) => {
    const expected = await trained(samples, inOrder);
    expect(await trained(stream(samples, sizes).chunks, { epochs: 3 })).toEqual(expected);
  });

  it.each([1, 2, 3, 8])("on %i threads", async (threads) => {
    const expected = await trained(samples, inOrder, 1);
    expect(await trained(stream(samples, [33]).chunks, { epochs: 3 }, threads)).toEqual(expected);
  });

  it("as floats, with a generator of chunks that share memory, and from a plain array of chunks", async () => {
    const floats = asFloats(samples);
    const expected = await trained(floats, inOrder);
    expect(await trained(stream(floats, [20]).chunks, { epochs: 3 })).toEqual(expected);
    const bytes = await trained(samples, { shuffle: false });
    expect(await trained(sameMemory(samples, 10), {})).toEqual(bytes);
    expect(await trained([rows(samples, 0, 90), rows(samples, 90, 150)], {})).toEqual(bytes);
  });

  it("with a count, from which schedules are computed", async () => {
    const compiled = (model: Sequential) => {
      model.compile({ threads: 2, optimizer: new Adam({ learningRate: new OneCycle(0.01) }) });
      return model;
    };
    const weights = async (source: LabelledSamples | SampleStream, options: FitOptions) => {
      const model = compiled(cnn());
      await model.fit(source, { batchSize: 16, epochs: 3, ...options });
      return model.weightsSha256();
    };
    const { chunks, log } = stream(samples, [33]);
    const counted = Object.assign(chunks, { count: samples.count });
    expect(await weights(counted, {})).toBe(await weights(samples, { shuffle: false }));
    expect([...log.passes, log.ended]).toEqual([0, 1, 2, 3]);
  });

  it("except with a count that is too large, which is an error", async () => {
    const counted = Object.assign(stream(samples, [50]).chunks, { count: 200 });
    await expect(cnn().fit(counted, { batchSize: 16, epochs: 2 })).rejects.toThrow(
      "fit: expected 200 samples in a pass, the stream's count, received at most 160. Correct `count`, or remove it.",
    );
  });

  it("with stepsPerEpoch, across the ends of passes", async () => {
    const options = { epochs: 5, stepsPerEpoch: 7 };
    const expected = await trained(samples, { ...options, shuffle: false });
    const { chunks, log } = stream(samples, [25]);
    expect(await trained(chunks, options)).toEqual(expected);
    // 35 steps; a pass has 10.
    expect(log.passes).toEqual([0, 1, 2, 3]);
    expect(log.ended).toBe(4);
  });

  it("with fewer samples than a batch", async () => {
    const few = tinyImages(9);
    expect(await trained(stream(few, [4]).chunks, { epochs: 2 })).toEqual(
      await trained(few, { epochs: 2, shuffle: false }),
    );
  });

  it("with class weights, sample weights and validation on a stream", async () => {
    const classWeight = { 0: 0.5, 2: 3 };
    const validationData = tinyImages(40, 9);
    const validation = stream(validationData, [11]);
    const options = { ...inOrder, classWeight };
    const expected = await trained(samples, { ...options, validationData });
    expect(
      await trained(stream(samples, [30]).chunks, {
        ...{ epochs: 3, classWeight },
        validationData: validation.chunks,
      }),
    ).toEqual(expected);
    expect(validation.log.passes).toEqual([0, 1, 2]);
    expect(
      await trained(samples, { ...options, validationData: stream(validationData, [9]).chunks }),
    ).toEqual(expected);

    const sampleWeight = Float32Array.from({ length: 150 }, (_, index) => (index % 5) / 2);
    const weighted = [0, 50, 100].map((first) => ({
      ...rows(samples, first, first + 50),
      sampleWeight: sampleWeight.subarray(first, first + 50),
    }));
    expect(await trained(weighted, { epochs: 3 })).toEqual(
      await trained(samples, { ...inOrder, sampleWeight }),
    );
  });

  it("from initialEpoch, whose number is passed to the function", async () => {
    const { chunks, log } = stream(samples, [50]);
    const { logs } = await trained(chunks, { epochs: 4, initialEpoch: 2 });
    expect(log.passes).toEqual([2, 3]);
    expect(logs.map(({ epoch }) => epoch)).toEqual([3, 4]);
  });
});

it("a resumed training reads its next pass", async () => {
  const whole = cnn();
  await whole.fit(samples, { epochs: 4, batchSize: 16, shuffle: false });
  const first = cnn();
  let state: TrainingState | undefined;
  const keep: Callback = {
    onEpochEnd: async (_, training) => {
      state = await training.getState();
    },
  };
  await first.fit(stream(samples, [50]).chunks, { epochs: 2, batchSize: 16, callbacks: [keep] });
  const second = cnn();
  second.setWeights(first.getWeights());
  const { chunks, log } = stream(samples, [50]);
  const resume: Callback = { onTrainBegin: (training) => training.setState(state!) };
  await second.fit(chunks, { epochs: 4, batchSize: 16, callbacks: [resume] });
  expect(log).toMatchObject({ passes: [0, 2, 3], ended: 3 });
  expect(await second.weightsSha256()).toBe(await whole.weightsSha256());
});

describe("evaluate and predict on a stream", () => {
  it("return what they return for arrays", async () => {
    const model = cnn();
    await model.fit(samples, { epochs: 2 });
    const many = tinyImages(1300, 5);
    const { chunks, log } = stream(many, [200, 3]);
    expect(await model.evaluate(chunks)).toEqual(await model.evaluate(many));
    expect(log).toMatchObject({ passes: [0], ended: 1 });
    const images = Array.from({ length: 13 }, (_, index) => rows(many, 100 * index, 100 * (index + 1)));
    expect(await model.predict(images)).toEqual(await model.predict(many));
  });
});

it("fit reads no more of a stream than stepsPerEpoch needs", async () => {
  let read = 0;
  async function* endless(): AsyncGenerator<SampleChunk> {
    for (;;) {
      read += 10;
      yield rows(samples, 0, 10);
    }
  }
  const model = cnn();
  await model.fit(endless(), { epochs: 2, stepsPerEpoch: 5, batchSize: 16 });
  expect(read).toBe(160);
});

describe("a stream that fails", () => {
  const failing = (after: number) =>
    async function* (): AsyncGenerator<SampleChunk> {
      yield rows(samples, 0, after);
      throw new Error("the disk is gone");
    };

  it("rejects fit with its error; the model has the weights of the last whole step", async () => {
    const model = cnn();
    await expect(model.fit(failing(100), { batchSize: 16 })).rejects.toThrow("the disk is gone");
    const expected = cnn();
    await expect(
      expected.fit(samples, { epochs: 1, batchSize: 16, stepsPerEpoch: 6, shuffle: false }),
    ).resolves.toBeDefined();
    expect(await model.weightsSha256()).toBe(await expected.weightsSha256());
    // And it can be trained further.
    await model.fit(samples);
  });

  it("rejects evaluate and validation", async () => {
    const model = cnn();
    await expect(model.evaluate(failing(100))).rejects.toThrow("the disk is gone");
    await expect(model.fit(samples, { validationData: failing(3) })).rejects.toThrow("the disk is gone");
    await expect(model.predict(failing(0))).rejects.toThrow(/chunk 1 of the stream: expected at least one/);
  });

  it.each<[string, SampleStream, FitOptions, string]>([
    [
      "no samples",
      [],
      {},
      "fit: expected samples in pass 0 of the stream, received none. A generator yields",
    ],
    [
      "a generator for two epochs",
      stream(samples, [50]).chunks(0),
      { epochs: 2 },
      "fit: expected samples in pass 1 of the stream, received none. A generator yields its samples once: pass a function that returns a new one for each pass.",
    ],
    [
      "images of a different size",
      [{ images: new Uint8Array(63), labels: new Uint8Array(1) }],
      {},
      "fit, chunk 1 of the stream: expected whole images, [8, 8, 1], received 63 values. Cut chunks between images.",
    ],
    [
      "floats after bytes",
      [rows(samples, 0, 20), rows(asFloats(samples), 20, 40)],
      {},
      "fit, chunk 2 of the stream: expected images as in the first chunk: Uint8Array, received Float32Array. Yield chunks of the same kind throughout a stream.",
    ],
    [
      "weights in the second chunk only",
      [rows(samples, 0, 20), { ...rows(samples, 20, 22), sampleWeight: [1, 2] }],
      {},
      "fit, chunk 2 of the stream: expected sampleWeight as in the first chunk: none, received some. Yield chunks of the same kind throughout a stream.",
    ],
    [
      "labels beyond the classes",
      [{ images: new Uint8Array(64), labels: new Uint8Array([3]) }],
      {},
      "fit, chunk 1 of the stream: expected labels from 0 to 2, received 3 at image 0. Set the units of the last layer to the number of classes.",
    ],
    [
      "pairs, which Keras takes",
      [[new Uint8Array(64), new Uint8Array(1)]] as unknown as SampleStream,
      {},
      "fit, chunk 1 of the stream: expected an object with images as Uint8Array or Float32Array, received an array. Yield { images, labels } in each chunk.",
    ],
    [
      "images without labels",
      [{ images: new Uint8Array(64) }] as unknown as SampleStream,
      {},
      "fit, chunk 1 of the stream: expected labels or targets as a typed array, received an object with images, shape, count. Pass the expected outputs, too.",
    ],
    [
      "shuffle",
      [rows(samples, 0, 20)],
      { shuffle: true },
      "fit: expected no shuffle for a stream, received shuffle. Shuffle within the stream, and remove `shuffle`.",
    ],
    [
      "validationSplit",
      [rows(samples, 0, 20)],
      { validationSplit: 0.5 },
      "fit: expected no validationSplit for a stream, received validationSplit. Pass `validationData` instead.",
    ],
    [
      "a promise from the function",
      (async () => [rows(samples, 0, 20)]) as unknown as SampleStream,
      {},
      "fit: expected an iterable of chunks from the function, received a promise. Pass an async generator function, or return an iterable.",
    ],
  ])("is refused: %s", async (_, source, options, message) => {
    await expect(cnn().fit(source, { batchSize: 16, ...options })).rejects.toThrow(message);
  });

  it("cannot be combined with a schedule that depends on the number of steps", async () => {
    const model = tinyCnn();
    model.compile({ threads: 1, optimizer: new Adam({ learningRate: new OneCycle(0.01) }) });
    models.push(model);
    await expect(model.fit(stream(samples, [50]).chunks)).rejects.toThrow(
      "fit: expected stepsPerEpoch, because OneCycle depends on the total number of steps, received a stream of unknown length. Set stepsPerEpoch.",
    );
    await model.fit(stream(samples, [50]).chunks, { stepsPerEpoch: 4 });
  });
});

describe("a stream is closed when a training stops early", () => {
  it("because of a callback", async () => {
    const { chunks, log } = stream(samples, [16]);
    const stop = { onEpochEnd: (_: unknown, training: { stop(): void }) => training.stop() };
    await cnn().fit(chunks, { epochs: 5, stepsPerEpoch: 2, batchSize: 16, callbacks: [stop] });
    expect(log).toMatchObject({ begun: 1, ended: 1 });
    expect(log.chunks).toBeLessThanOrEqual(10);
  });

  it("because of a signal, even while a chunk is awaited", async () => {
    const abort = new AbortController();
    let requests = 0;
    const returned: unknown[] = [];
    const silent: AsyncIterable<SampleChunk> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          if (requests++ === 0) return Promise.resolve({ done: false, value: rows(samples, 0, 40) });
          setTimeout(() => abort.abort(), 20);
          return new Promise(() => {});
        },
        return: async (value) => {
          returned.push(value);
          return { done: true, value };
        },
      }),
    };
    const model = cnn();
    await expect(model.fit(silent, { batchSize: 16, signal: abort.signal })).rejects.toThrow(AbortedError);
    expect(returned).toEqual([undefined]);
    // Two batches came; none, one or both of them were trained on by then.
    const whole: string[] = [await cnn().weightsSha256()];
    for (const stepsPerEpoch of [1, 2]) {
      const expected = cnn();
      await expected.fit(samples, { batchSize: 16, stepsPerEpoch, shuffle: false });
      whole.push(await expected.weightsSha256());
    }
    expect(whole).toContain(await model.weightsSha256());
  });
});
