import type { FeatureMap, Model } from "@heddle/core";
import type { ImageSet } from "@heddle/core/data";
import { unitNumbers } from "@heddle/core/internal/explain/unit.js";
import { placeOf, type UnitNumbers, type UnitTerm } from "@heddle/core/internal/explain/unit-numbers.js";
import type { PastWeights } from "./past-weights";
import type { UnitAsk, UnitChannel, UnitProduct, UnitView } from "./protocol-explain";

/** So many of a unit's products are listed, the largest first, and so many of its input channels are drawn. */
const MOST_PRODUCTS = 6;
const MOST_CHANNELS = 4;
/** So many epochs are drawn of a filter that forms. */
const MOST_EPOCHS = 12;

/** What a unit is taken apart with. */
interface Inside {
  readonly model: Model;
  readonly image: Pick<ImageSet, "shape"> & { readonly images: ArrayLike<number> };
  readonly maps: readonly FeatureMap[];
  /** The weights after each epoch; undefined for a model that was not trained here. */
  readonly past: PastWeights | undefined;
}

/** The numbers that make a unit. @returns undefined where the model has no such layer */
export function unitView({ model, image, maps, past }: Inside, ask: UnitAsk): UnitView | undefined {
  const at = maps.findIndex(({ layer }) => layer === ask.layer);
  const [map, placed] = [maps[at], model.placed[at]];
  if (!map || !placed) return undefined;
  const index = indexOf(ask.place, map.shape) ?? strongest(map.values);
  const about = {
    layer: map.layer,
    className: map.className,
    shape: [...map.shape],
    place: placeOf(index, map.shape),
    value: map.values[index]!,
  };
  const sources = placed.inputs.map((from) => sourceOf(model, maps, from));
  const inputs = sources.map((source, from) => ({
    shape: placed.inputShapes[from]!,
    values: source === undefined ? image.images : maps[source]!.values,
  }));
  const numbers = unitNumbers(placed.layer, inputs, index);
  if (!numbers) return about;
  const shapes = sources.map((source) => (source === undefined ? image.shape : maps[source]!.shape));
  const namesOf = sources.map((source) => (source === undefined ? undefined : maps[source]!.className));
  const [shape] = shapes as [readonly number[]];
  const { how, bias, value: before, activations, kernel, isInside = false } = numbers;
  // A dense layer behind an image reads all of it: its window is the whole image.
  const isWhole = kernel !== undefined && numbers.window === undefined && shape.length === 3;
  const window = isWhole ? ([shape[0]!, shape[1]!] as const) : numbers.window;
  const terms = isWhole
    ? numbers.terms.map((term) => ({
        ...term,
        tap: Math.floor(term.index / shape[2]!),
        channel: term.index % shape[2]!,
      }))
    : numbers.terms;
  const products = [...terms].sort(orders[how]);
  const listed = products.slice(0, MOST_PRODUCTS);
  const channels = window && terms.length > 1 ? channelsOf(terms, window) : [];
  const drawn = channels.slice(0, MOST_CHANNELS);
  return {
    ...about,
    numbers: {
      how,
      count: terms.length,
      bias,
      before,
      activations,
      source: isInside ? undefined : namesOf[0],
      isInside,
      products: listed.map(
        (term): UnitProduct => ({
          place: isInside ? [term.channel] : placeOf(term.index, shapes[term.from]!),
          source: sources.length > 1 && !isInside ? namesOf[term.from] : undefined,
          input: term.input,
          weight: term.weight,
          product: productOf(term),
        }),
      ),
      others: sumOf(products.slice(MOST_PRODUCTS).map(productOf)),
      channels: drawn,
      otherChannels: {
        count: channels.length - drawn.length,
        sum: sumOf(channels.slice(MOST_CHANNELS).map(({ sum }) => sum)),
      },
      forming:
        kernel && past && drawn[0]
          ? forming(terms, { channel: drawn[0], weight: model.weights.indexOf(kernel), past })
          : [],
    },
  };
}

/** The first place that a layer's values come from unchanged; undefined for the picture itself. */
function sourceOf(model: Model, maps: readonly FeatureMap[], from: number): number | undefined {
  let place = from;
  while (place >= 0 && maps[place]!.unchanged) place = model.placed[place]!.inputs[0]!;
  return place >= 0 ? place : undefined;
}

/** The flat index of a place; undefined where there is no such place. */
function indexOf(place: readonly number[] | undefined, shape: readonly number[]): number | undefined {
  if (place?.length !== shape.length) return undefined;
  if (place.some((at, axis) => !(at >= 0 && at < shape[axis]!))) return undefined;
  return place.reduce((sum, at, axis) => sum * shape[axis]! + at, 0);
}

function strongest(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) {
    if (Math.abs(values[index]!) > Math.abs(values[best]!)) best = index;
  }
  return best;
}

const bySize = (a: UnitTerm, b: UnitTerm) => Math.abs(productOf(b)) - Math.abs(productOf(a));

/** Which of the terms tell most. */
const orders: Readonly<Record<UnitNumbers["how"], (a: UnitTerm, b: UnitTerm) => number>> = {
  sum: bySize,
  product: (a, b) => a.from - b.from,
  largest: (a, b) => b.input - a.input,
  smallest: (a, b) => a.input - b.input,
  copy: bySize,
};

function productOf({ input, weight }: UnitTerm): number {
  return input * weight;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

/** What a unit reads of each input channel, as pictures of its window; those with the largest sums first. */
function channelsOf(
  terms: readonly UnitTerm[],
  [height, width]: readonly [number, number],
): readonly UnitChannel[] {
  const channels = new Map<number, UnitChannel>();
  for (const { channel, tap, input, weight } of terms) {
    let own = channels.get(channel);
    if (!own) {
      // Where the window is beyond the edge, there is nothing.
      const empty = () => new Float32Array(height * width).fill(Number.NaN);
      own = { channel, sum: 0, height, width, inputs: empty(), weights: empty(), products: empty() };
    }
    own.inputs[tap] = input;
    own.weights[tap] = weight;
    own.products[tap] = input * weight;
    channels.set(channel, { ...own, sum: own.sum + input * weight });
  }
  return [...channels.values()].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
}

/** The weights of a channel after each epoch, evenly spaced where there are many. */
function forming(
  terms: readonly UnitTerm[],
  {
    channel,
    weight,
    past,
  }: { readonly channel: UnitChannel; readonly weight: number; readonly past: PastWeights },
) {
  const { epochs } = past;
  const step = Math.max(1, (epochs.length - 1) / (MOST_EPOCHS - 1));
  const chosen = new Set<number>();
  for (let at = 0; at < epochs.length; at += step) chosen.add(epochs[Math.round(at)]!);
  if (epochs.length > 0) chosen.add(epochs.at(-1)!);
  const own = terms.filter((term) => term.channel === channel.channel);
  return [...chosen].flatMap((epoch) => {
    const kernel = past.of(epoch)?.[weight];
    if (!kernel) return [];
    const weights = new Float32Array(channel.weights.length).fill(Number.NaN);
    for (const { tap, kernelAt } of own) weights[tap] = kernel[kernelAt!]!;
    return [{ epoch, weights }];
  });
}
