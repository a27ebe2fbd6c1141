import type { NetworkOptions } from "./network.js";

/** One way to apply a regime: a strength, a rate. */
export interface Setting {
  /** `1e-3`, `rate 0.4`; empty where a regime has no choice. */
  readonly label: string;
  readonly network: NetworkOptions;
  /** Epochs without a better validation loss before training stops and returns to its best epoch. */
  readonly patience?: number;
}

/** A way to keep a network from memorising its training images. */
export interface Regime {
  /** In files and JSON: `pooling-dropout`. */
  readonly name: string;
  /** For people: `Pooling + dropout`. */
  readonly title: string;
  /** How it differs from no regularization at all, as a noun phrase. */
  readonly differs: string;
  /** Several where a strength or a rate must be chosen. */
  readonly settings: readonly Setting[];
}

/** The study's two convolutions and its dense layer, and nothing between them. */
const plain: NetworkOptions = { downsampling: "none" };
const pooled: NetworkOptions = { downsampling: "maxPooling" };

/** From too weak to matter to strong enough to cost accuracy. */
const L1_STRENGTHS = [1e-5, 1e-4, 1e-3];
const L2_STRENGTHS = [1e-4, 1e-3, 1e-2];
const DROPOUT_RATES = [0.2, 0.4, 0.6];

/** The study's dropout, which is not tuned here: only L1 and L2 gain by a choice. */
const STUDY_RATE = 0.4;

const PATIENCE = 3;

const l1 = (network: NetworkOptions) =>
  L1_STRENGTHS.map((strength) => ({
    label: strength.toExponential(),
    network: { ...network, l1: strength },
  }));
const l2 = (network: NetworkOptions) =>
  L2_STRENGTHS.map((strength) => ({
    label: strength.toExponential(),
    network: { ...network, l2: strength },
  }));
const only = (network: NetworkOptions): readonly Setting[] => [{ label: "", network }];

/** Every regime that is compared, in the order of the tables. */
export const regimes: readonly Regime[] = [
  {
    name: "none",
    title: "None",
    differs: "two convolutions and a dense layer on all of their output",
    settings: only(plain),
  },
  {
    name: "l1",
    title: "L1",
    differs: "a penalty of strength · Σ|w| on the kernels of both convolutions",
    settings: l1(plain),
  },
  {
    name: "l2",
    title: "L2",
    differs: "a penalty of strength · Σw² on the kernels of both convolutions",
    settings: l2(plain),
  },
  {
    name: "dropout",
    title: "Dropout",
    differs: "dropout before the dense layer",
    settings: DROPOUT_RATES.map((rate) => ({
      label: `rate ${rate}`,
      network: { ...plain, dropout: rate },
    })),
  },
  {
    name: "early-stopping",
    title: "Early stopping",
    differs: `training ends after ${PATIENCE} epochs without a lower validation loss, and keeps the weights of the best epoch`,
    settings: [{ label: "", network: plain, patience: PATIENCE }],
  },
  {
    name: "augmentation",
    title: "Augmentation",
    differs: "training images shifted at random by up to a pixel",
    settings: only({ ...plain, shifts: true }),
  },
  {
    name: "pooling",
    title: "Pooling",
    differs: "2×2 max-pooling after the second convolution",
    settings: only(pooled),
  },
  {
    name: "strides",
    title: "Strides",
    differs: "strides of 2 in the second convolution: the same number of parameters as with pooling",
    settings: only({ downsampling: "strides" }),
  },
  {
    name: "pooling-l1",
    title: "Pooling + L1",
    differs: "max-pooling and the penalty of L1",
    settings: l1(pooled),
  },
  {
    name: "pooling-l2",
    title: "Pooling + L2",
    differs: "max-pooling and the penalty of L2",
    settings: l2(pooled),
  },
  {
    name: "pooling-dropout",
    title: "Pooling + dropout",
    differs: `max-pooling and dropout at rate ${STUDY_RATE}: the published network`,
    settings: only({ ...pooled, dropout: STUDY_RATE }),
  },
  {
    name: "pooling-dropout-augmentation",
    title: "Pooling + dropout + augmentation",
    differs: "the published network and training images shifted at random by up to a pixel",
    settings: only({ ...pooled, dropout: STUDY_RATE, shifts: true }),
  },
];

/** The regime that the published claim puts above L1 and L2; every other regime is compared with it. */
export const REFERENCE = "pooling-dropout";

/** `L2 1e-3`, or the title alone where there is no choice. */
export function titleOf(regime: Regime, setting: Setting): string {
  return setting.label === "" ? regime.title : `${regime.title} ${setting.label}`;
}
