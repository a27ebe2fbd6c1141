import type { Activation, Affine } from "../activation.js";
import { inHeddleOrder } from "../activation.js";
import type { Constant } from "../constant.js";
import { Lacking } from "../fault.js";

/** x · factor + term of a value, which is noted, and computed by a layer only where it must be. */
export function scaled(value: Activation, factor: number, term: number): Activation {
  return combined(value, { scale: [factor], offset: [term] });
}

/** Another affine step after those that a value has. */
export function combined(value: Activation, { scale, offset }: Affine): Activation {
  const before = value.affine ?? { scale: [1], offset: [0] };
  return {
    ...value,
    affine: {
      scale: pairwise(before.scale, scale, (a, b) => a * b),
      offset: pairwise(
        pairwise(before.offset, scale, (a, b) => a * b),
        offset,
        (a, b) => a + b,
      ),
    },
  };
}

/** One number, or one for each channel, from two such lists. */
function pairwise(
  a: readonly number[],
  b: readonly number[],
  operate: (a: number, b: number) => number,
): readonly number[] {
  const length = Math.max(a.length, b.length);
  const at = (list: readonly number[], index: number) => list[list.length === 1 ? 0 : index]!;
  return Array.from({ length }, (_, index) => operate(at(a, index), at(b, index)));
}

/**
 * The numbers of a constant that is broadcast with a value: one, or one for each place of the last axis in Heddle's
 * layout.
 */
export function perChannel(value: Activation, constant: Constant): readonly number[] {
  const { shape, values } = constant;
  if (values.length === 1) return [values[0]!];
  const rank = value.shape.length;
  const lead = rank + 1 - shape.length;
  const large = shape.flatMap((size, axis) => (size === 1 ? [] : [axis + lead - 1]));
  const [axis] = large;
  const isLast = large.length === 1 && axis === value.layout.at(-1) && value.shape[axis!] === values.length;
  if (lead < 0 || !isLast) throw new Lacking(`a constant of [${shape.join(", ")}]`);
  return inHeddleOrder([...values], value.order);
}
