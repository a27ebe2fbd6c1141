import type { NetworkOptions } from "./network.js";

/** A way to keep a network from memorising its training images. */
export interface Regime {
  /** In files and JSON: `pooling-dropout`. */
  readonly name: string;
  /** For people: `Pooling + dropout`. */
  readonly title: string;
  /** How it differs from no regularization at all, as a noun phrase. */
  readonly differs: string;
  readonly network: NetworkOptions;
  /** Epochs without a better validation loss before training stops and returns to its best epoch. */
  readonly patience?: number;
  /** A strength or a rate that must be chosen. */
  readonly tried?: Tried;
}

/** Values of a setting among which the best is chosen. */
export interface Tried {
  readonly setting: "l1" | "l2" | "dropout";
  /** The weakest first. */
  readonly values: readonly number[];
}

/** The study's two convolutions and its dense layer, and nothing between them. */
const plain: NetworkOptions = { downsampling: "none" };
const pooled: NetworkOptions = { downsampling: "maxPooling" };

/** From too weak to matter to strong enough to cost accuracy. */
const l1: Tried = { setting: "l1", values: [1e-5, 1e-4, 1e-3] };
const l2: Tried = { setting: "l2", values: [1e-4, 1e-3, 1e-2] };
const rates: Tried = { setting: "dropout", values: [0.2, 0.4, 0.6] };

/** The study's dropout, which is not tuned here: only the other regimes gain by a choice. */
const STUDY_RATE = 0.4;

const PATIENCE = 3;

/** Every regime that is compared, in the order of the tables. */
export const regimes: readonly Regime[] = [
  {
    name: "none",
    title: "None",
    differs: "two convolutions and a dense layer on all of their output",
    network: plain,
  },
  {
    name: "l1",
    title: "L1",
    differs: "a penalty of strength · Σ|w| on the kernels of both convolutions",
    network: plain,
    tried: l1,
  },
  {
    name: "l2",
    title: "L2",
    differs: "a penalty of strength · Σw² on the kernels of both convolutions",
    network: plain,
    tried: l2,
  },
  {
    name: "dropout",
    title: "Dropout",
    differs: "dropout before the dense layer",
    network: { ...plain, dropout: STUDY_RATE },
    tried: rates,
  },
  {
    name: "early-stopping",
    title: "Early stopping",
    differs: `training ends after ${PATIENCE} epochs without a lower validation loss, and keeps the weights of the best epoch`,
    network: plain,
    patience: PATIENCE,
  },
  {
    name: "augmentation",
    title: "Augmentation",
    differs: "training images shifted at random by up to a pixel",
    network: { ...plain, shifts: true },
  },
  {
    name: "pooling",
    title: "Pooling",
    differs: "2×2 max-pooling after the second convolution",
    network: pooled,
  },
  {
    name: "strides",
    title: "Strides",
    differs: "strides of 2 in the second convolution: the same number of parameters as with pooling",
    network: { downsampling: "strides" },
  },
  {
    name: "pooling-l1",
    title: "Pooling + L1",
    differs: "max-pooling and the penalty of L1",
    network: pooled,
    tried: l1,
  },
  {
    name: "pooling-l2",
    title: "Pooling + L2",
    differs: "max-pooling and the penalty of L2",
    network: pooled,
    tried: l2,
  },
  {
    name: "pooling-dropout",
    title: "Pooling + dropout",
    differs: `max-pooling and dropout at rate ${STUDY_RATE}: the published network`,
    network: { ...pooled, dropout: STUDY_RATE },
  },
  {
    name: "pooling-dropout-augmentation",
    title: "Pooling + dropout + augmentation",
    differs: "the published network and training images shifted at random by up to a pixel",
    network: { ...pooled, dropout: STUDY_RATE, shifts: true },
  },
];

/** The regime that the published claim puts above L1 and L2; every other regime is compared with it. */
export const REFERENCE = "pooling-dropout";

/** A value that was tried, in words: `1e-3`, `rate 0.4`; empty where a regime has no choice. */
export function labelOf({ tried }: Regime, value: unknown): string {
  if (!tried || typeof value !== "number") return "";
  return tried.setting === "dropout" ? `rate ${value}` : value.toExponential();
}

/** `L2 1e-3`, or the title alone where there is no choice. */
export function titleOf(regime: Regime, label: string): string {
  return label === "" ? regime.title : `${regime.title} ${label}`;
}
