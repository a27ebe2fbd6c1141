import { AbortedError, HeddleError, messageOf } from "../base/errors.js";
import { Random } from "../base/random.js";
import { INPUT } from "../compiler/graph.js";
import type { Trace } from "../model/trace.js";
import type { Network } from "../network/network.js";
import type { LabelledSamples } from "../training/samples.js";
import { type Neighbours, nearestNeighbours } from "./neighbours.js";

export interface EmbeddingOptions {
  /** The layer whose values are laid out; the last hidden one by default. */
  readonly layer?: string | undefined;
  /** How many neighbours of an image the map tries to keep near it; 15 by default. */
  readonly neighbours?: number;
  /** Decides the first places and the order of the work; 42 by default. */
  readonly seed?: number;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the share of the work that is done, 0..1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** Images laid out in a plane so that those near each other in a layer are near each other. */
export interface Embedding {
  readonly layer: string;
  /** `[N, 2]`: places without a unit. */
  readonly points: Float32Array;
  readonly neighbours: number;
  /** Share of each image's neighbours, in the layer itself, that are of its class, averaged. */
  readonly agreement: number;
  /** The same for each class; NaN for classes without an image. */
  readonly agreementByClass: readonly number[];
}

/** How much of the time goes into distances. */
const SHARE_OF_DISTANCES = 0.25;
/** Passes over the map between two looks at the signal: about a tenth of a second of 2,000 images. */
const EPOCHS_AT_A_TIME = 10;

/** The layer whose value the last dense or convolutional layer reads; undefined where that is the model's input. */
export function lastHiddenLayer({ placed }: Network): string | undefined {
  const last = placed.findLast(({ layer }) => layer.weights.some(({ name }) => name.endsWith("kernel")));
  const from = last?.inputs[0];
  return from === undefined || from === INPUT ? undefined : placed[from]!.layer.name;
}

/**
 * A map of images by UMAP of a layer's values, from their exact nearest neighbours. The same seed gives the same map in
 * one JavaScript engine; another may round its exponentials otherwise.
 *
 * McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction" (2018),
 * as umap-js computes it.
 *
 * @param samples at least 4 images with class numbers
 * @throws HeddleError for fewer images, and where the model has no hidden layer
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
  const { signal, onProgress, seed = 42, threads } = options;
  const layer = options.layer ?? lastHiddenLayer(trace.model);
  if (layer === undefined) throw withoutHiddenLayer(trace.model);
  const { count, labels } = samples;
  if (count < 4) {
    throw new HeddleError({
      who: "Embedding",
      expected: "at least 4 images",
      received: String(count),
      next: "Give more images.",
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
  // It counts an image among its own neighbours.
  umap.setPrecomputedKNN(
    nearest.indices.map((others, index) => [index, ...others.slice(0, k - 1)]),
    nearest.distances.map((others) => [0, ...others.slice(0, k - 1)]),
  );
  // Of the rows themselves it asks no more than their number.
  const rows = nearest.indices.map((_, index) => [index]);
  const epochs = umap.initializeFit(rows);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    umap.step();
    if (epoch % EPOCHS_AT_A_TIME !== 0 && epoch < epochs) continue;
    onProgress?.(SHARE_OF_DISTANCES + (1 - SHARE_OF_DISTANCES) * (epoch / epochs));
    // Lets signals and pages have their turn.
    await new Promise((resolve) => setTimeout(resolve));
    if (signal?.aborted) throw new AbortedError("Stopped while the map of images was drawn.");
  }
  return Float32Array.from(umap.getEmbedding().flat());
}

/** Loads the optional peer. Bundlers let an `import()` fail that stands within `try`: not every project has umap-js. */
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

/** Shares of neighbours of the same class: in all, and for each class. */
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
    next: "Name a layer.",
  });
}
