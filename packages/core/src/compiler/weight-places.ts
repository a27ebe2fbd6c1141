import type { Weight } from "../ops/weight.js";

/** Addresses of the weights, the same for every program of a model. */
export interface WeightPlaces {
  /** Byte address of each weight. */
  readonly addresses: ReadonlyMap<Weight, number>;
  /** The trained weights lie in one block, so that the optimizer sees one array. */
  readonly trainable: { readonly address: number; readonly floats: number };
}
