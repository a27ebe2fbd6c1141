import { HeddleError } from "../base/errors.js";

/** Keras's two paddings: none, or zeros so that a stride of 1 keeps the size. */
export type Padding = "valid" | "same";

/** One axis of a sliding window. */
export interface WindowAxis {
  /** Positions of the window. */
  readonly output: number;
  /** Zeros before and behind the input; `same` puts the odd one behind, as TensorFlow does. */
  readonly before: number;
  readonly after: number;
}

/**
 * Checks one axis of a convolution or pooling and gives its output size and padding.
 *
 * @throws HeddleError when the window does not fit
 */
export function windowAxis(options: {
  readonly who: string;
  readonly axis: "height" | "width";
  readonly input: number;
  readonly window: number;
  readonly stride: number;
  readonly dilation?: number;
  readonly padding: Padding;
}): WindowAxis {
  const { who, axis, input, window, stride, dilation = 1, padding } = options;
  const reach = (window - 1) * dilation + 1;
  if (padding === "same") {
    const output = Math.ceil(input / stride);
    const total = Math.max(0, (output - 1) * stride + reach - input);
    return { output, before: Math.floor(total / 2), after: Math.ceil(total / 2) };
  }
  if (reach > input) {
    throw new HeddleError({
      who,
      expected: `an input of ${axis} at least ${reach}`,
      received: `${axis} ${input}`,
      next: 'Use padding "same", a smaller window, or a larger input.',
    });
  }
  return { output: Math.floor((input - reach) / stride) + 1, before: 0, after: 0 };
}
