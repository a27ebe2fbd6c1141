import { AbortedError, HeddleError, messageOf } from "../base/errors.js";
import { checkOptions } from "../base/known-options.js";
import { Random } from "../base/random.js";
import { abortSignal, anyFunction, text, whole, wholeFromTo } from "../base/rules.js";
import { INPUT } from "../compiler/graph.js";
import { MAXIMUM_THREADS } from "../engine/control.js";
import type { Trace } from "../model/trace.js";
import type { Network } from "../network/network.js";
import type { LabelledSamples } from "../training/samples.js";
import { type Neighbours, nearestNeighbours } from "./neighbours.js";

/** Options of `embed`. */
export interface EmbeddingOptions {
  /**
   * The layer whose values are laid out.
   *
   * @defaultValue the last hidden layer
   */
  readonly layer?: string | undefined;
  /**
   * How many neighbours of an image the map tries to keep near it.
   *
   * @defaultValue 15
   */
  readonly neighbours?: number;
  /**
   * Decides the initial positions and the order of the work.
   *
   * @defaultValue 42
   */
  readonly seed?: number;
  /**
   * Threads that compute the distances.
   *
   * @defaultValue every core
   */
  readonly threads?: number | undefined;
  /** Stops the work; `embed` then rejects with AbortedError. */
  readonly signal?: AbortSignal | undefined;
  /** Called from time to time with the share of the work that is done, 0..1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** Images laid out in a plane so that those with similar values in a layer are near each other. */
export interface Embedding {
  readonly layer: string;
  /** `[N, 2]`: positions without a unit. */
  readonly points: Float32Array;
  readonly neighbours: number;
  /** The share of an image's neighbours in the layer itself that have its class, averaged over the images. */
  readonly agreement: number;
  /** The same for each class; NaN for classes without an image. */
  readonly agreementByClass: readonly number[];
}

/** The share of the time that distances take. */
const SHARE_OF_DISTANCES = 0.25;
/** Passes over the map between two checks of the signal: about a tenth of a second for 2,000 images. */
const EPOCHS_AT_A_TIME = 10;

/** The layer whose output the last dense or convolutional layer reads; undefined if that reads the model's input. */
export function lastHiddenLayer({ placed }: Network): string | undefined {
  const last = placed.findLast(({ layer }) => layer.weights.some(({ name }) => name.endsWith("kernel")));
  const from = last?.inputs[0];
  return from === undefined || from === INPUT ? undefined : placed[from]!.layer.name;
}

/**
 * A map of images by UMAP of a layer's values, from their exact nearest neighbours. The same seed gives the same map in
 * the same JavaScript engine; another engine may round exponentials differently.
 *
 * McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction" (2018),
 * as umap-js computes it.
 *
 * @param samples at least 4 images with class numbers
 * @throws HeddleError for fewer images, and when the model has no hidden layer
 * @throws AbortedError when `signal` fires
 *
 * @example
 * const map = await embed(trace, firstImages(data.test, 2000));
 * map.points.length; // 4000
 */
export async function embed(
  trace: Trace,
  samples: LabelledSamples,
  options: EmbeddingOptions = {},
): Promise<Embedding> {
  checkOptions("Embedding", options, {
    layer: text,
    neighbours: whole(1),
    seed: whole(0),
    threads: wholeFromTo(1, MAXIMUM_THREADS),
    signal: abortSignal,
    onProgress: anyFunction,
  });
  const { signal, onProgress, seed = 42, threads } = options;
  const layer = options.layer ?? lastHiddenLayer(trace.model);
  if (layer === undefined) throw withoutHiddenLayer(trace.model);
  const { count, labels } = samples;
  if (count < 4) {
    throw new HeddleError({
      who: "Embedding",
      expected: "at least 4 images",
      received: String(count),
      next: "Pass more images.",
    });
  }
  const k = Math.min(options.neighbours ?? 15, count - 1);
  const { values } = await trace.run(samples, { layers: [layer] }, { signal });
  const nearest = await nearestNeighbours(values.get(layer)!, count, k, {
    threads,
    signal,
    onProgress: (share) => onProgress?.(share * SHARE_OF_DISTANCES),
  });
  const points = await layOut(nearest, k, { seed, signal, onProgress });
  return { layer, points, neighbours: k, ...agreementOf(nearest, labels) };
}

async function layOut(
  nearest: Neighbours,
  k: number,
  { seed, signal, onProgress }: { seed: number } & Pick<EmbeddingOptions, "signal" | "onProgress">,
): Promise<Float32Array> {
  const { UMAP } = await loadUmap();
  const random = new Random(seed, "embedding");
  const umap = new UMAP({ nComponents: 2, nNeighbors: k, random: () => random.uniform() });
  // UMAP counts an image among its own neighbours.
  umap.setPrecomputedKNN(
    nearest.indices.map((others, index) => [index, ...others.slice(0, k - 1)]),
    nearest.distances.map((others) => [0, ...others.slice(0, k - 1)]),
  );
  // UMAP only needs the number of rows.
  const rows = nearest.indices.map((_, index) => [index]);
  const epochs = umap.initializeFit(rows);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    umap.step();
    if (epoch % EPOCHS_AT_A_TIME !== 0 && epoch < epochs) continue;
    onProgress?.(SHARE_OF_DISTANCES + (1 - SHARE_OF_DISTANCES) * (epoch / epochs));
    // Lets events be handled.
    await new Promise((resolve) => setTimeout(resolve));
    if (signal?.aborted) throw new AbortedError("Stopped while the map of images was computed.");
  }
  return Float32Array.from(umap.getEmbedding().flat());
}

/** Loads the optional peer. Bundlers accept a missing package only if its `import()` is inside a `try`. */
async function loadUmap(): Promise<typeof import("umap-js")> {
  try {
    return await import("umap-js");
  } catch (thrown) {
    throw new HeddleError(
      {
        who: "embed",
        expected: "the package umap-js, which lays out the map",
        received: messageOf(thrown),
        next: "Install it: npm install umap-js.",
      },
      { cause: thrown },
    );
  }
}

/** The shares of neighbours that have the same class: over all images, and for each class. */
function agreementOf({ indices }: Neighbours, labels: LabelledSamples["labels"]) {
  let classes = 0;
  for (const label of labels) classes = Math.max(classes, label + 1);
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  indices.forEach((others, index) => {
    const label = labels[index]!;
    sums[label]! += others.filter((other) => labels[other] === label).length / others.length;
    counts[label]! += 1;
  });
  return {
    agreement: sums.reduce((a, b) => a + b, 0) / indices.length,
    agreementByClass: Array.from(sums, (sum, label) => sum / counts[label]!),
  };
}

function withoutHiddenLayer({ name }: Network): HeddleError {
  return new HeddleError({
    who: "Embedding",
    expected: "a model with a hidden layer",
    received: `"${name}", whose only layer with a kernel reads the images`,
    next: "Set `layer`.",
  });
}
