import type { Merge, Step, StepOf } from "../steps.js";
import { attention } from "./attention.js";
import { convolution, depthwise } from "./convolution.js";
import { functions } from "./functions.js";
import { pooling } from "./pooling.js";
import { positions } from "./positions.js";
import { softmax } from "./softmax.js";
import { suitsWinograd, winograd } from "./winograd.js";

type Values = Float64Array;

/** Computes a step's value from those that it reads. */
type Run = (inputs: readonly Values[], y: Values) => void;

/**
 * A model as a function of one input. Everything is computed in 64 bits, in memory that is made once: the result is valid
 * until the next call.
 *
 * @param steps what to do
 * @param weights all weights, one part after the other
 * @param inputs how many values the input has
 */
export function network(
  steps: readonly Step[],
  weights: Values,
  inputs: number,
): (input: ArrayLike<number>) => Values {
  const values = [new Float64Array(inputs), ...steps.map(({ size }) => new Float64Array(size))];
  const runs = steps.map((step) => ({
    run: runOf(step, weights),
    reads: step.reads.map((read) => values[read]!),
  }));
  return (input) => {
    values[0]!.set(input);
    for (const [index, { run, reads }] of runs.entries()) run(reads, values[index + 1]!);
    return values.at(-1)!;
  };
}

function runOf(step: Step, weights: Values): Run {
  const part = (place: readonly [number, number]) => weights.subarray(place[0], place[0] + place[1]);
  const alone =
    (run: (x: Values, y: Values) => void): Run =>
    (inputs, y) =>
      run(inputs[0]!, y);
  const each = (of: (x: number, at: number) => number): Run =>
    alone((x, y) => {
      for (let at = 0; at < y.length; at++) y[at] = of(x[at]!, at);
    });
  switch (step.do) {
    case "scale": {
      const { scale, offset } = step;
      return each((x) => x * scale + offset);
    }
    case "channels": {
      const [scale, offset] = [part(step.scale), part(step.offset)];
      const C = scale.length;
      return each((x, at) => x * scale[at % C]! + offset[at % C]!);
    }
    case "convolution":
      return alone((suitsWinograd(step) ? winograd : convolution)(step, weights));
    case "depthwise":
      return alone(depthwise(step, weights));
    case "dense":
      return alone(dense(step, part(step.kernel), step.bias && part(step.bias)));
    case "maxPool":
    case "averagePool":
      return alone(pooling(step));
    case "function": {
      const of = functions[step.name];
      const { alpha } = step;
      return each((x) => of(x, alpha));
    }
    case "rectify": {
      const { slope, threshold, maximum } = step;
      return each((x) => {
        if (x <= threshold) return slope * (x - threshold);
        return maximum !== null && x > maximum ? maximum : x;
      });
    }
    case "prelu": {
      const alpha = part(step.alpha);
      return each((x, at) => (x < 0 ? x * alpha[at % alpha.length]! : x));
    }
    case "softmax":
      return alone(softmax(step.K));
    case "attention":
      return attention(step);
    case "layerNormalization":
      return alone(layerNormalization(step, step.gamma && part(step.gamma), step.beta && part(step.beta)));
    case "unitNormalization":
      return alone(unitNormalization(step));
    case "permute": {
      const places = permutedPlaces(step);
      return alone((x, y) => {
        for (let at = 0; at < y.length; at++) y[at] = x[places[at]!]!;
      });
    }
    case "merge":
      return merge(step);
    case "concatenate":
      return concatenate(step.rows);
    case "pad":
      return alone(pad(step));
    case "resize":
      return alone(resize(step));
    case "repeat":
      return alone(repeat(step));
  }
}

/** y [rows, O] = x [rows, I] · kernel [I, O] + bias; inputs that are 0 cost nothing. */
function dense({ I, O }: StepOf<"dense">, kernel: Values, bias: Values | null) {
  return (x: Values, y: Values): void => {
    for (let row = 0; row * O < y.length; row++) {
      const sums = y.subarray(row * O, (row + 1) * O);
      if (bias) sums.set(bias);
      else sums.fill(0);
      for (let i = 0; i < I; i++) {
        const value = x[row * I + i]!;
        if (value === 0) continue;
        const first = i * O;
        for (let o = 0; o < O; o++) sums[o]! += value * kernel[first + o]!;
      }
    }
  };
}

function layerNormalization(
  { L, epsilon }: StepOf<"layerNormalization">,
  gamma: Values | null,
  beta: Values | null,
) {
  return (x: Values, y: Values): void => {
    for (let first = 0; first < x.length; first += L) {
      let mean = 0;
      for (let at = first; at < first + L; at++) mean += x[at]! / L;
      let variance = 0;
      for (let at = first; at < first + L; at++) variance += (x[at]! - mean) ** 2 / L;
      const scale = 1 / Math.sqrt(variance + epsilon);
      for (let at = 0; at < L; at++) {
        y[first + at] = (x[first + at]! - mean) * scale * (gamma?.[at] ?? 1) + (beta?.[at] ?? 0);
      }
    }
  };
}

function unitNormalization({ L, epsilon }: StepOf<"unitNormalization">) {
  return (x: Values, y: Values): void => {
    for (let first = 0; first < x.length; first += L) {
      let squares = 0;
      for (let at = first; at < first + L; at++) squares += x[at]! ** 2;
      const scale = 1 / Math.max(epsilon, Math.sqrt(squares));
      for (let at = first; at < first + L; at++) y[at] = x[at]! * scale;
    }
  };
}

/** For each element of the output, the input's. */
function permutedPlaces({ from, axes }: StepOf<"permute">): Int32Array {
  const strides = from.map((_, axis) => from.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = axes.map((axis) => from[axis]!);
  const places = new Int32Array(sizes.reduce((product, size) => product * size, 1));
  for (let at = 0; at < places.length; at++) {
    let rest = at;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      places[at]! += (rest % sizes[axis]!) * strides[axes[axis]!]!;
      rest = Math.floor(rest / sizes[axis]!);
    }
  }
  return places;
}

const merges: Readonly<Record<Merge, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  average: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  maximum: Math.max,
  minimum: Math.min,
};

function merge({ of, from, to }: StepOf<"merge">): Run {
  const [first, ...others] = from.map((shape) => positions(shape, to));
  const combined = merges[of];
  return (inputs, y) => {
    const share = of === "average" ? 1 / inputs.length : 1;
    for (let at = 0; at < y.length; at++) {
      let value = inputs[0]![first![at]!]!;
      for (const [index, places] of others.entries()) {
        value = combined(value, inputs[index + 1]![places[at]!]!);
      }
      y[at] = value * share;
    }
  };
}

function concatenate(rows: number): Run {
  return (inputs, y) => {
    let to = 0;
    for (let row = 0; row < rows; row++) {
      for (const x of inputs) {
        const length = x.length / rows;
        y.set(x.subarray(row * length, (row + 1) * length), to);
        to += length;
      }
    }
  };
}

function pad({ H, W, C, paddedW, top, left }: StepOf<"pad">) {
  return (x: Values, y: Values): void => {
    for (let row = 0; row < H; row++) {
      y.set(x.subarray(row * W * C, (row + 1) * W * C), ((row + top) * paddedW + left) * C);
    }
  };
}

function repeat({ H, W, C, times: [timesH, timesW] }: StepOf<"repeat">) {
  return (x: Values, y: Values): void => {
    let to = 0;
    for (let row = 0; row < H * timesH; row++) {
      for (let column = 0; column < W * timesW; column++, to += C) {
        const from = (Math.floor(row / timesH) * W + Math.floor(column / timesW)) * C;
        y.set(x.subarray(from, from + C), to);
      }
    }
  };
}

/** Half-pixel centres, without antialiasing, as Keras resizes. */
function resize({ W, C, P, Q, window, bilinear }: StepOf<"resize">) {
  const rows = places(P, window.top, window.height, bilinear);
  const columns = places(Q, window.left, window.width, bilinear);
  return (x: Values, y: Values): void => {
    let to = 0;
    for (const row of rows) {
      for (const column of columns) {
        for (let c = 0; c < C; c++) {
          const at = (r: number, s: number) => x[(r * W + s) * C + c]!;
          const above =
            at(row.low, column.low) * (1 - column.share) + at(row.low, column.high) * column.share;
          const below =
            at(row.high, column.low) * (1 - column.share) + at(row.high, column.high) * column.share;
          y[to++] = above * (1 - row.share) + below * row.share;
        }
      }
    }
  };
}

/** For each output position of an axis, the two input positions that it lies between, and the second one's share. */
function places(outputs: number, first: number, size: number, bilinear: boolean) {
  const within = (index: number) => first + Math.min(size - 1, Math.max(0, index));
  return Array.from({ length: outputs }, (_, at) => {
    // In f32, as TensorFlow computes it: that decides which pixel is the nearest.
    const centre = Math.fround(Math.fround(at + 0.5) * Math.fround(size / outputs));
    if (!bilinear) return { low: within(Math.floor(centre)), high: within(Math.floor(centre)), share: 0 };
    const place = Math.fround(centre - 0.5);
    const low = Math.floor(place);
    return { low: within(low), high: within(low + 1), share: place - low };
  });
}
