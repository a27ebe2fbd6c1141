import fc from "fast-check";
import { expect, it } from "vitest";
import { windowAxis } from "./window.js";

const base = { who: "Conv2D", axis: "width", stride: 1, padding: "valid" } as const;

it.each([
  // As in Keras: ⌊(input − reach) / stride⌋ + 1 outputs with valid padding, ⌈input / stride⌉ with same.
  [
    { input: 28, window: 3 },
    { output: 26, before: 0, after: 0 },
  ],
  [
    { input: 28, window: 3, padding: "same" as const },
    { output: 28, before: 1, after: 1 },
  ],
  [
    { input: 5, window: 2, padding: "same" as const },
    { output: 5, before: 0, after: 1 },
  ],
  [
    { input: 7, window: 3, stride: 2 },
    { output: 3, before: 0, after: 0 },
  ],
  [
    { input: 8, window: 3, stride: 2, padding: "same" as const },
    { output: 4, before: 0, after: 1 },
  ],
  [
    { input: 7, window: 3, dilation: 3 },
    { output: 1, before: 0, after: 0 },
  ],
  [
    { input: 3, window: 1, stride: 5, padding: "same" as const },
    { output: 1, before: 0, after: 0 },
  ],
])("a window with %j has %j", (options, expected) => {
  expect(windowAxis({ ...base, ...options })).toEqual(expected);
});

it("the last window ends within the padded input, and one more would not fit", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom("valid" as const, "same" as const),
      (input, window, stride, dilation, padding) => {
        const reach = (window - 1) * dilation + 1;
        fc.pre(padding === "same" || reach <= input);
        const { output, before, after } = windowAxis({ ...base, input, window, stride, dilation, padding });
        const end = (output - 1) * stride + reach;
        expect(end).toBeLessThanOrEqual(before + input + after);
        expect(after - before === 0 || after - before === 1).toBe(true);
        if (padding === "same") expect(output).toBe(Math.ceil(input / stride));
        else expect(end + stride).toBeGreaterThan(input);
      },
    ),
  );
});

it("a window that does not fit is refused with the axis and both sizes", () => {
  expect(() => windowAxis({ ...base, input: 4, window: 5 })).toThrow(
    'Conv2D: expected an input of width at least 5, received width 4. Use padding "same", a smaller window, or a larger input.',
  );
});
