import type { KernelProgram } from "./kernel-calls.js";
import type { Step } from "./steps.js";

/** How a tensor lies in the bytes of the weights, in the order of the tensors. */
export type StoredTensor =
  | { readonly as: "f32" | "f16"; readonly length: number }
  /** A scale for each channel, in f32; then the whole numbers, whose last axis are the channels. */
  | { readonly as: "int8"; readonly length: number; readonly channels: number };

/** What a standalone file holds beside the weights, however it computes. */
export interface ModelFacts {
  readonly name: string;
  /** The shape of an input: [height, width, channels]. */
  readonly shape: readonly [number, number, number];
  /** In the order of the outputs. */
  readonly classes: readonly string[];
  readonly pictures: {
    /** The input values of black and of white. */
    readonly range: readonly [number, number];
    /** Whether a grey picture with a light background is inverted. */
    readonly invertLight: boolean;
  };
  /** What the outputs are: logits become probabilities by a softmax, a single output those of two classes. */
  readonly outputs: "softmax" | "sigmoid" | "logits";
  readonly tensors: readonly StoredTensor[];
  readonly receipt: Receipt;
}

/** A model that plain loops compute. */
export interface StandaloneModel extends ModelFacts {
  readonly steps: readonly Step[];
}

/** A model that WebAssembly computes. */
export interface KernelModel extends ModelFacts {
  readonly program: KernelProgram;
}

/** What the model answered when it was exported. */
export interface Receipt {
  /** Of Heddle. */
  readonly version: string;
  /** SHA-256 of the weights' bytes. */
  readonly sha256: string;
  /** The numbers of the drawn samples. */
  readonly samples: readonly number[];
  /** The probabilities that Heddle computed for each sample with the trained weights. */
  readonly answers: readonly (readonly number[])[];
  /** By how much a probability may differ: more where weights are rounded. */
  readonly tolerance: number;
  /** Of how many images of the test set rounded weights change the answer, if that was measured. */
  readonly changed?: { readonly answers: number; readonly images: number };
}
