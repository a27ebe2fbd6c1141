import type { StoredTensor } from "../stored.js";

/** The weights of a standalone model, from their bytes. */
export function decodeWeights(tensors: readonly StoredTensor[], bytes: Uint8Array): Float64Array {
  const weights = new Float64Array(tensors.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let from = 0;
  let to = 0;
  for (const tensor of tensors) {
    const { length } = tensor;
    if (tensor.as === "int8") {
      const { channels } = tensor;
      for (let at = 0; at < length; at++) {
        const scale = view.getFloat32(from + 4 * (at % channels), true);
        weights[to + at] = view.getInt8(from + 4 * channels + at) * scale;
      }
      from += 4 * channels + length;
    } else if (tensor.as === "f16") {
      for (let at = 0; at < length; at++) weights[to + at] = half(view.getUint16(from + 2 * at, true));
      from += 2 * length;
    } else {
      for (let at = 0; at < length; at++) weights[to + at] = view.getFloat32(from + 4 * at, true);
      from += 4 * length;
    }
    to += length;
  }
  return weights;
}

/** A finite number of 16 bits (IEEE 754's binary16). */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
