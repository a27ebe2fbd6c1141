import { HeddleError } from "../base/errors.js";
import { formatShape, type Shape } from "../base/shape.js";

/** Keras's two paddings: none, or zeros so that a stride of 1 keeps the size. */
export type Padding = "valid" | "same";

/** One axis of a sliding window. */
interface WindowAxis {
  /** Positions of the window. */
  readonly output: number;
  /** Zeros before and after the input; `same` puts the odd one after it, as TensorFlow does. */
  readonly before: number;
  readonly after: number;
}

/**
 * Checks one axis of a convolution or pooling and returns its output size and padding.
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

/** Checks that a layer's input is images and returns their sizes. */
export function imageShape(who: string, input: Shape): readonly [H: number, W: number, C: number] {
  const [H, W, C] = input;
  if (input.length === 3 && H !== undefined && W !== undefined && C !== undefined) return [H, W, C];
  throw new HeddleError({
    who,
    expected: "an input [batch, height, width, channels]",
    received: formatShape(input),
    next: "Pass images that are not flattened.",
  });
}
