/** Which element of an input belongs to each of the output: axes are aligned at the end, those of size 1 repeat. */
export function positions(from: readonly number[], to: readonly number[]): Int32Array {
  const places = new Int32Array(to.reduce((product, size) => product * size, 1));
  for (let at = 0; at < places.length; at++) {
    let rest = at;
    let stride = 1;
    for (let axis = to.length - 1, own = from.length - 1; own >= 0; axis--, own--) {
      const size = from[own]!;
      if (size > 1) places[at]! += (rest % to[axis]!) * stride;
      rest = Math.floor(rest / to[axis]!);
      stride *= size;
    }
  }
  return places;
}
