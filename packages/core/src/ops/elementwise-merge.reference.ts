import type { ElementwiseMerge } from "./elementwise-merge.js";

/** The plain twin for one element of each input: the output, and its slope with respect to each. */
export function elementwiseReference(op: ElementwiseMerge, xs: readonly number[]) {
  const first = xs[0]!;
  const rest = xs.slice(1);
  const winner = (y: number) => ({ y, slopes: xs.map((_, index) => (index === xs.indexOf(y) ? 1 : 0)) });
  switch (op) {
    case "add":
      return { y: xs.reduce((sum, x) => sum + x), slopes: xs.map(() => 1) };
    case "average":
      return { y: xs.reduce((sum, x) => sum + x) / xs.length, slopes: xs.map(() => 1 / xs.length) };
    case "subtract":
      return { y: rest.reduce((left, x) => left - x, first), slopes: xs.map((_, index) => (index ? -1 : 1)) };
    case "multiply":
      return {
        y: xs.reduce((product, x) => product * x),
        slopes: xs.map((_, index) =>
          xs.reduce((product, x, other) => (other === index ? product : product * x), 1),
        ),
      };
    case "maximum":
      return winner(Math.max(...xs));
    case "minimum":
      return winner(Math.min(...xs));
  }
}
