import type { ModelOptions } from "@heddle/core";
import { input, type Layer, Model, type Tensor } from "@heddle/core";
import type { Shape } from "@heddle/core/internal/base/shape.js";

/** What a layer is created with, once everything about it is known. */
export interface LayerSettings {
  readonly name?: string;
  /** For layers with a bias: whether one was found. */
  readonly useBias: boolean;
  /** For layers with a factor for each channel: whether one was found. */
  readonly useScale?: boolean;
}

/** What is known of an attention before its layer can be made: its projections, each a dense layer's piece. */
export interface AttentionParts {
  readonly query: Piece;
  readonly key: Piece;
  readonly value?: Piece;
  readonly heads: number;
}

/** y = x · scale + offset, of one number each, or of one for each place of the last axis in Heddle's layout. */
export interface Affine {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/**
 * A value that the model computes. ONNX has the channels first and Heddle last: a transposition changes no numbers,
 * only what is noted here, until a layer needs another layout.
 */
export interface Activation {
  readonly kind: "activation";
  readonly piece: Piece;
  /** ONNX's sizes, without the batch. */
  readonly shape: Shape;
  /** For each axis of Heddle's layout, the axis of `shape`. */
  readonly layout: readonly number[];
  /** Of a flattened value: for each place in Heddle's order, the place in ONNX's; undefined where they agree. */
  readonly order?: FlatOrder | undefined;
  /** What is still to be applied to the piece's value. */
  readonly affine?: Affine | undefined;
  /** Whether no other node reads the piece's value. */
  readonly isExclusive: boolean;
}

/** The order of a flattened value's numbers. */
export interface FlatOrder {
  /** Computed only where numbers of the file must be put in order: they are as many. */
  readonly places: () => Int32Array;
  /** What was flattened, where that is one value. */
  readonly from?: { readonly shape: Shape; readonly layout: readonly number[] };
}

/** What is known of a group normalization before its layer can be made: what it normalizes, and its options. */
export interface GroupParts {
  readonly source: Activation;
  readonly groups: number;
  readonly epsilon: number;
  readonly name: string;
}

/** What a piece is made of. */
export interface PieceOptions {
  /** Creates the layer; undefined for the model's input. */
  readonly make?: (settings: LayerSettings) => Layer;
  readonly inputs: readonly Piece[];
  /** The shape of its value for one sample, in Heddle's layout. */
  readonly shape: Shape;
  /** The layer's weights in Heddle's order, without a bias. */
  readonly weights?: readonly Float32Array[];
  readonly bias?: Float32Array | undefined;
  /** The layer's bias where none is found. */
  readonly defaultBias?: Float32Array;
  /** Whether a constant that is added to its value may become the layer's bias. */
  readonly takesBias?: boolean;
  /** Whether a factor for each channel that multiplies its value may become the layer's. */
  readonly takesScale?: boolean;
  /** What the layer computes, where a combination with another is known. */
  readonly role?:
    | "sigmoid"
    | "hardSigmoid"
    | "dense"
    | "erf"
    | "scores"
    | "shares"
    | "mixed"
    | "joined"
    | "groups"
    | undefined;
  /** Of the roles from "scores" on, which are steps of an attention. */
  readonly attention?: AttentionParts;
  /** Of the role "groups": the value with its channels, whose groups are normalized. */
  readonly groups?: GroupParts;
  /** The value whose numbers these are, where another order of them was needed. */
  readonly reshapedFrom?: Activation;
  /** Whether no value is below 0. */
  readonly nonNegative?: boolean;
  /** The node that it comes from, whose name the layer gets. */
  readonly name?: string;
}

/** A layer of the model to be, which is created last: a bias may still be found in a node after it. */
export class Piece {
  readonly inputs: readonly Piece[];
  readonly shape: Shape;
  readonly make: PieceOptions["make"];
  readonly weights: readonly Float32Array[];
  readonly role: PieceOptions["role"];
  readonly nonNegative: boolean;
  readonly name: string | undefined;
  readonly takesBias: boolean;
  readonly defaultBias: Float32Array | undefined;
  readonly attention: AttentionParts | undefined;
  readonly groups: GroupParts | undefined;
  readonly reshapedFrom: Activation | undefined;
  readonly takesScale: boolean;
  scale: Float32Array | undefined;
  bias: Float32Array | undefined;
  /** Whether it and everything before it is without weights: preparation of the input. */
  readonly isPreparation: boolean;

  constructor(options: PieceOptions) {
    this.inputs = options.inputs;
    this.shape = options.shape;
    this.make = options.make;
    this.weights = options.weights ?? [];
    this.bias = options.bias;
    this.takesBias = options.takesBias ?? false;
    this.defaultBias = options.defaultBias;
    this.attention = options.attention;
    this.groups = options.groups;
    this.reshapedFrom = options.reshapedFrom;
    this.takesScale = options.takesScale ?? false;
    this.role = options.role;
    this.nonNegative = options.nonNegative ?? false;
    this.name = options.name;
    this.isPreparation = this.weights.length === 0 && this.inputs.every((piece) => piece.isPreparation);
  }
}

/** Creates the layers between the input's piece and the output's, and sets their weights. */
export function modelOf(first: Piece, last: Piece, options: ModelOptions): Model {
  const inputs = input(first.shape);
  const values = new Map<Piece, Tensor>([[first, inputs]]);
  const layers: [Layer, Piece][] = [];
  const nameOf = uniqueNames();
  for (const piece of inOrder(first, last)) {
    const name = piece.name === undefined ? undefined : nameOf(piece.name);
    const found = { useBias: piece.bias !== undefined, useScale: piece.scale !== undefined };
    const layer = piece.make!({ ...(name !== undefined && { name }), ...found });
    const reads = piece.inputs.map((from) => values.get(from)!);
    values.set(piece, layer.apply(reads.length === 1 ? reads[0]! : reads));
    layers.push([layer, piece]);
  }
  const model = new Model({ inputs, outputs: values.get(last)! }, options);
  for (const [layer, { weights, scale, bias: found, defaultBias }] of layers) {
    const bias = found ?? defaultBias;
    const all = [...(scale ? [scale] : []), ...weights, ...(bias ? [bias] : [])];
    if (layer.weights.length === 0 && all.length === 0) continue;
    layer.setWeights(all.map((numbers, index) => ({ shape: layer.weights[index]!.shape, values: numbers })));
  }
  return model;
}

/** The pieces that the last depends on, each after those that it reads. Not recursive: a chain may be deep. */
function inOrder(first: Piece, last: Piece): Piece[] {
  const done = new Set<Piece>([first]);
  const order: Piece[] = [];
  const waiting = [last];
  while (waiting.length > 0) {
    const piece = waiting.at(-1)!;
    const missing = done.has(piece) ? [] : piece.inputs.filter((from) => !done.has(from));
    if (missing.length > 0) {
      waiting.push(...missing.reverse());
      continue;
    }
    waiting.pop();
    if (done.has(piece)) continue;
    done.add(piece);
    order.push(piece);
  }
  return order;
}

/** Names of layers from those of nodes, `/4/a/Conv` → `4_a_Conv`, each once. */
function uniqueNames(): (name: string) => string | undefined {
  const taken = new Map<string, number>();
  return (name) => {
    const base = name
      .replace(/[^\w.:-]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .slice(0, 200);
    if (base === "") return undefined;
    for (let number = taken.get(base) ?? 0; ; number++) {
      const unique = number === 0 ? base : `${base}_${number}`;
      taken.set(base, number + 1);
      if (number > 0 && taken.has(unique)) continue;
      taken.set(unique, taken.get(unique) ?? 1);
      return unique;
    }
  };
}
