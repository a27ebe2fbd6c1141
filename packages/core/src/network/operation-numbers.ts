import { isJsonObject, type Json } from "../base/json.js";
import type { Operand, OperationSteps } from "./operation-steps.js";

/** The numbers of a constant: a number, or an array with one for each place of the last axis. */
export function numbersOf(steps: OperationSteps, operand: Operand): readonly number[] {
  const value = "constant" in operand ? operand.constant : null;
  const numbers = isJsonObject(value) && isJsonObject(value["config"]) ? value["config"]["value"]! : value;
  let list: Json = numbers;
  // Only the last axis may have several places.
  while (Array.isArray(list) && list.length === 1 && Array.isArray(list[0])) list = list[0] as Json;
  const flat: readonly unknown[] = Array.isArray(list) ? list : [list];
  if (flat.length > 0 && flat.every((one) => typeof one === "number")) return flat as readonly number[];
  throw steps.unsupported("a constant that is not a number for each channel");
}

/** `a` and `b` added, subtracted, multiplied or divided, where one is a tensor and the other numbers. */
export function arithmetic(steps: OperationSteps, a: Operand, b: Operand): void {
  const isLeft = "shape" in a;
  const tensor = steps.tensor(isLeft ? a : b);
  const numbers = numbersOf(steps, isLeft ? b : a);
  const [number] = numbers;
  const line = lineOf(steps, isLeft);
  if (numbers.length === 1) {
    steps.add("Rescaling", line(number!), [tensor]);
    return;
  }
  // A Normalization has numbers for each place: (x − mean) / √variance.
  const lines = numbers.map(line);
  const [{ scale: sign }] = lines as [Line];
  const isShift = lines.every(({ scale }) => scale === sign && Math.abs(scale) === 1);
  if (!isShift && lines.some(({ scale }) => !(scale > 0))) {
    throw steps.unsupported("factors that are not all positive");
  }
  const mean = lines.map(({ scale, offset }) => (offset === 0 ? 0 : -offset / scale));
  const variance = isShift ? lines.map(() => 1) : lines.map(({ scale }) => 1 / scale ** 2);
  const normalized = steps.add("Normalization", { axis: [-1], mean, variance }, [tensor]);
  if (isShift && sign < 0) steps.add("Rescaling", { scale: -1 }, [normalized]);
}

/** scale · x + offset. */
type Line = { readonly scale: number; readonly offset: number };

function lineOf(steps: OperationSteps, isLeft: boolean): (number: number) => Line {
  switch (steps.className) {
    case "Add":
      return (number) => ({ scale: 1, offset: number });
    case "Subtract":
      return isLeft
        ? (number) => ({ scale: 1, offset: -number })
        : (number) => ({ scale: -1, offset: number });
    case "Multiply":
      return (number) => ({ scale: number, offset: 0 });
    default:
      return (number) => {
        if (number === 0) throw steps.unsupported("a division by zero");
        return { scale: 1 / number, offset: 0 };
      };
  }
}
