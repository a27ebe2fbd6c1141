import { HeddleError } from "../base/errors.js";
import { HALF_OVERFLOW, toHalf } from "../base/half.js";
import type { Tensor } from "./model-steps.js";
import type { StoredTensor } from "./stored.js";

/** How exactly weights are kept: 32 bits, 16 bits, or 8 bits for the kernels. */
export type WeightPrecision = "f32" | "f16" | "int8";

/** Weights as bytes, and what is needed to read them. */
export interface EncodedWeights {
  readonly tensors: readonly StoredTensor[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Encodes weights, rounding to the nearest: `f16` as IEEE halves; `int8` as whole numbers from −127 to 127 for the kernels,
 * times one scale for each output channel, and 32 bits for the rest.
 *
 * @throws HeddleError when a weight is not finite, or too large for a half
 */
export function encodeWeights(tensors: readonly Tensor[], precision: WeightPrecision): EncodedWeights {
  const parts = tensors.map((tensor) => encoded(tensor, precision));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part.bytes, at);
    at += part.bytes.byteLength;
  }
  return { tensors: parts.map(({ stored }) => stored), bytes };
}

function encoded({ values, outputChannels }: Tensor, precision: WeightPrecision) {
  const { length } = values;
  if (!values.every(Number.isFinite))
    throw unfit("numbers", values.find((value) => !Number.isFinite(value))!);
  if (precision === "f16") {
    const halves = Uint16Array.from(values, half);
    return { stored: { as: "f16", length } as const, bytes: bytesOf(halves) };
  }
  if (precision === "int8" && outputChannels > 0) {
    const scales = channelScales(values, outputChannels);
    const whole = Int8Array.from(values, (value, at) => Math.round(value / scales[at % outputChannels]!));
    const bytes = new Uint8Array(4 * outputChannels + length);
    bytes.set(bytesOf(scales));
    bytes.set(bytesOf(whole), 4 * outputChannels);
    return { stored: { as: "int8", length, channels: outputChannels } as const, bytes };
  }
  return { stored: { as: "f32", length } as const, bytes: bytesOf(values) };
}

/** For each output channel, what its largest weight is of 127. */
function channelScales(values: Float32Array, channels: number): Float32Array {
  const largest = new Float32Array(channels);
  values.forEach((value, at) => {
    largest[at % channels] = Math.max(largest[at % channels]!, Math.abs(value));
  });
  // A channel of zeros is 0 times any scale.
  return largest.map((value) => (value === 0 ? 1 : value / 127));
}

/** The nearest half. */
function half(value: number): number {
  if (Math.abs(value) >= HALF_OVERFLOW)
    throw unfit("numbers of at most 65,504, which 16 bits can hold", value);
  return toHalf(value);
}

function unfit(expected: string, value: number): HeddleError {
  return new HeddleError({
    who: "Weights",
    expected,
    received: String(value),
    next: "Train the model again with a lower learning rate, or keep 32 bits.",
  });
}

/** Numbers as bytes, the lowest first on every machine that runs WebAssembly. */
function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
