/**
 * Adds all values to `sum`, one by one in their order, in f64.
 *
 * A plain loop, because it runs over a whole epoch's losses a dozen times a second: `for … of` creates an object for each
 * value until it is optimized.
 */
export function sumInOrder(sum: number, values: ArrayLike<number> | undefined): number {
  let total = sum;
  const count = values?.length ?? 0;
  for (let index = 0; index < count; index++) total += values![index]!;
  return total;
}
