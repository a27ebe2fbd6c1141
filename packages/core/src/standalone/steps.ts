/** A part of the weights: where it starts and how many values it has. */
export type Part = readonly [first: number, length: number];

/** The sizes of a window that moves over an image: H W input, P Q output, R S window; padding above and to the left. */
export interface Window {
  readonly H: number;
  readonly W: number;
  readonly P: number;
  readonly Q: number;
  readonly R: number;
  readonly S: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly top: number;
  readonly left: number;
}

/** Functions of one number. */
export type ElementFunction =
  | "relu"
  | "leakyRelu"
  | "elu"
  | "selu"
  | "gelu"
  | "geluTanh"
  | "silu"
  | "softplus"
  | "hardSwish"
  | "tanh"
  | "sigmoid";

/** How several values become one. */
export type Merge = "add" | "subtract" | "multiply" | "maximum" | "minimum" | "average";

/**
 * What a standalone model does, one step after the other, as plain data. Images are [H, W, C], row by row; a step reads
 * values by their numbers: 0 is the input, and step n computes value n + 1.
 */
export type Step = { readonly reads: readonly number[]; readonly size: number } & (
  | { readonly do: "scale"; readonly scale: number; readonly offset: number }
  /** y = x · scale + offset, each per channel. */
  | { readonly do: "channels"; readonly scale: Part; readonly offset: Part }
  /** Kernel [R, S, C / groups, K], bias [K]. */
  | (Convolution & { readonly do: "convolution"; readonly groups: number })
  /** Kernel [R, S, K], bias [K]; output channel k reads input channel ⌊k · C / K⌋. */
  | (Convolution & { readonly do: "depthwise" })
  /** Kernel [I, O], bias [O], on each row of I values. */
  | {
      readonly do: "dense";
      readonly I: number;
      readonly O: number;
      readonly kernel: Part;
      readonly bias: Part | null;
    }
  | { readonly do: "maxPool" | "averagePool"; readonly window: Window; readonly C: number }
  | { readonly do: "function"; readonly name: ElementFunction; readonly alpha: number }
  | {
      readonly do: "rectify";
      readonly slope: number;
      readonly threshold: number;
      /** Null for none: JSON has no infinity. */
      readonly maximum: number | null;
    }
  /** Below 0, x · alpha, whose values repeat along a sample. */
  | { readonly do: "prelu"; readonly alpha: Part }
  | { readonly do: "softmax"; readonly K: number }
  /** softmax(q · k / √D) · v in each of E heads: q [T, E, D], k [S, E, D], v [S, E, V]. */
  | {
      readonly do: "attention";
      readonly E: number;
      readonly T: number;
      readonly S: number;
      readonly D: number;
      readonly V: number;
    }
  | {
      readonly do: "layerNormalization";
      readonly L: number;
      readonly epsilon: number;
      readonly gamma: Part | null;
      readonly beta: Part | null;
    }
  /** Rows of L values, each divided by its length. */
  | { readonly do: "unitNormalization"; readonly L: number; readonly epsilon: number }
  /** The axes of `from` in another order: for each axis of the output, the input's. */
  | { readonly do: "permute"; readonly from: readonly number[]; readonly axes: readonly number[] }
  /** Element by element from the left; inputs of other shapes are repeated as in NumPy. */
  | {
      readonly do: "merge";
      readonly of: Merge;
      readonly from: readonly (readonly number[])[];
      readonly to: readonly number[];
    }
  /** `rows` rows, in each of which the inputs' parts follow each other. */
  | { readonly do: "concatenate"; readonly rows: number }
  /** The image in the middle of zeros. */
  | {
      readonly do: "pad";
      readonly H: number;
      readonly W: number;
      readonly C: number;
      readonly paddedW: number;
      readonly top: number;
      readonly left: number;
    }
  /** A window of the image, brought to P × Q. */
  | {
      readonly do: "resize";
      readonly W: number;
      readonly C: number;
      readonly P: number;
      readonly Q: number;
      readonly window: {
        readonly top: number;
        readonly left: number;
        readonly height: number;
        readonly width: number;
      };
      readonly bilinear: boolean;
    }
  | {
      readonly do: "repeat";
      readonly H: number;
      readonly W: number;
      readonly C: number;
      readonly times: readonly [number, number];
    }
);

interface Convolution {
  readonly window: Window;
  readonly dilationH: number;
  readonly dilationW: number;
  readonly C: number;
  readonly K: number;
  readonly kernel: Part;
  readonly bias: Part | null;
}

/** The step that does something. */
export type StepOf<Name extends Step["do"]> = Extract<Step, { readonly do: Name }>;
