import { exponential, naturalLog } from "../base/math.js";
import type { Random } from "../base/random.js";
import { logDensity, logMass } from "./normal.js";
import type { CategoryParameter, Values } from "./parameter.js";
import type { NamedParameter } from "./space.js";
import { boundsOf, type NumericParameter, stepOf, toScale, toValue } from "./values.js";

// The Parzen estimators of TPE: Bergstra et al. 2011 and 2013, in the form that Watanabe 2023 (arXiv 2304.11127)
// describes and Optuna uses. A kernel for each observation and one for the prior; a kernel is a product over the
// parameters of truncated normal distributions, or of probabilities of the choices.

/** Observations older than the last 25 count less, down to 1/n for the first. */
const FULL_WEIGHT = 25;

/** The weights of n observations, oldest first: the older ones on a line from 1/n up to 1. */
export function observationWeights(count: number): number[] {
  const old = count - FULL_WEIGHT;
  return Array.from({ length: count }, (_, index) => {
    if (index >= old) return 1;
    return old === 1 ? 1 / count : 1 / count + ((1 - 1 / count) * index) / (old - 1);
  });
}

/** One parameter's part of every kernel. */
interface Part {
  /** Adds the logarithm of each kernel's density at a value to `totals`. */
  add(value: Values[string], totals: Float64Array): void;
  /** Draws from one kernel. */
  draw(kernel: number, random: Random): Values[string];
}

/** A density over some parameters, estimated from observed values of all of them. */
export class ParzenEstimator {
  /** Of the observations in their order, then of the prior; their sum is 1. */
  readonly weights: readonly number[];
  private readonly logWeights: readonly number[];
  private readonly parts: readonly { readonly name: string; readonly part: Part }[];

  /** @param observations oldest first */
  constructor(parameters: readonly NamedParameter[], observations: readonly Values[]) {
    const weights = [...observationWeights(observations.length), 1];
    const sum = weights.reduce((total, weight) => total + weight, 0);
    this.weights = weights.map((weight) => weight / sum);
    this.logWeights = this.weights.map(naturalLog);
    this.parts = parameters.map(({ name, parameter }) => {
      const observed = observations.map((values) => values[name]!);
      const part =
        parameter.type === "category"
          ? choicePart(parameter, observed)
          : numericPart(parameter, observed as number[]);
      return { name, part };
    });
  }

  /** The logarithm of the density, on the scales on which the parameters are searched. */
  logDensity(values: Values): number {
    const totals = Float64Array.from(this.logWeights);
    for (const { name, part } of this.parts) part.add(values[name]!, totals);
    const most = totals.reduce((highest, one) => Math.max(highest, one), Number.NEGATIVE_INFINITY);
    if (most === Number.NEGATIVE_INFINITY) return most;
    return most + naturalLog(totals.reduce((sum, one) => sum + exponential(one - most), 0));
  }

  /** Draws values of all parameters. */
  draw(random: Random): Values {
    const kernel = this.drawKernel(random);
    return Object.fromEntries(this.parts.map(({ name, part }) => [name, part.draw(kernel, random)]));
  }

  private drawKernel(random: Random): number {
    let rest = random.uniform();
    for (let kernel = 0; kernel < this.weights.length - 1; kernel++) {
      rest -= this.weights[kernel]!;
      if (rest < 0) return kernel;
    }
    return this.weights.length - 1;
  }
}

/** The normal distributions of a number's kernels; the prior's is the last. */
export function normalKernels(
  parameter: NumericParameter,
  observed: readonly number[],
): { readonly centres: readonly number[]; readonly widths: readonly number[] } {
  const [low, high] = boundsOf(parameter);
  const range = high - low;
  const centres = observed.map((value) => toScale(parameter, value));
  const least = range / Math.min(100, 2 + centres.length);
  const order = centres.map((_, index) => index).sort((a, b) => centres[a]! - centres[b]!);
  const widths = new Array<number>(centres.length);
  order.forEach((index, place) => {
    const centre = centres[index]!;
    // The larger distance to a neighbour; a single observation has the bounds as neighbours.
    const before = order.length === 1 ? low : (centres[order[place - 1]!] ?? centre);
    const after = order.length === 1 ? high : (centres[order[place + 1]!] ?? centre);
    widths[index] = Math.min(Math.max(centre - before, after - centre, least), range);
  });
  return { centres: [...centres, (low + high) / 2], widths: [...widths, range] };
}

function numericPart(parameter: NumericParameter, observed: readonly number[]): Part {
  const { centres, widths } = normalKernels(parameter, observed);
  const [low, high] = boundsOf(parameter);
  const half = stepOf(parameter) / 2;
  /** The logarithm of the mass of each kernel between two numbers on the scale. */
  const masses = (from: number, to: number) =>
    centres.map((centre, kernel) =>
      logMass((from - centre) / widths[kernel]!, (to - centre) / widths[kernel]!),
    );
  const inside = masses(low, high);
  const constants = inside.map((mass, kernel) => -naturalLog(widths[kernel]!) - mass);
  const cells = new Map<number, readonly number[]>();
  return {
    add(value, totals) {
      const number = value as number;
      if (half === 0) {
        const at = toScale(parameter, number);
        for (let kernel = 0; kernel < totals.length; kernel++) {
          totals[kernel]! += logDensity((at - centres[kernel]!) / widths[kernel]!) + constants[kernel]!;
        }
        return;
      }
      let cell = cells.get(number);
      if (!cell) {
        cell = masses(toScale(parameter, number - half), toScale(parameter, number + half));
        cells.set(number, cell);
      }
      for (let kernel = 0; kernel < totals.length; kernel++)
        totals[kernel]! += cell[kernel]! - inside[kernel]!;
    },
    draw(kernel, random) {
      // Every centre is between the bounds and no width exceeds their distance, so that a third or more falls inside.
      for (;;) {
        const position = centres[kernel]! + widths[kernel]! * random.normal();
        if (position >= low && position <= high) return toValue(parameter, position);
      }
    },
  };
}

/** A kernel's probabilities of the choices: one more for the observed choice than its part of the prior. */
export function choiceProbabilities(count: number, kernels: number, observed: number | undefined): number[] {
  const base = 1 / kernels;
  const total = count * base + (observed === undefined ? 0 : 1);
  return Array.from({ length: count }, (_, choice) => (base + (choice === observed ? 1 : 0)) / total);
}

function choicePart({ choices }: CategoryParameter, observed: readonly Values[string][]): Part {
  const kernels = observed.length + 1;
  const rows = [...observed.map((value) => choices.indexOf(value)), undefined].map((choice) =>
    choiceProbabilities(choices.length, kernels, choice),
  );
  const logRows = rows.map((row) => row.map(naturalLog));
  return {
    add(value, totals) {
      const choice = choices.indexOf(value);
      for (let kernel = 0; kernel < totals.length; kernel++) totals[kernel]! += logRows[kernel]![choice]!;
    },
    draw(kernel, random) {
      let rest = random.uniform();
      const row = rows[kernel]!;
      for (let choice = 0; choice < row.length - 1; choice++) {
        rest -= row[choice]!;
        if (rest < 0) return choices[choice]!;
      }
      return choices.at(-1)!;
    },
  };
}
