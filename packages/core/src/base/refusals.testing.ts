import { describe, expect, it } from "vitest";
import { HeddleError } from "./errors.js";

/** The names of initializers and activations, as messages list them. */
export const INITIALIZERS =
  "Zeros, Ones, Constant, RandomUniform, RandomNormal, TruncatedNormal, VarianceScaling, GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Orthogonal, Identity";
export const ACTIVATIONS =
  "linear, relu, leakyRelu, elu, selu, gelu, geluTanh, silu, sigmoid, tanh, softplus, softmax, hardSwish, swish, hardSilu";

/** Tests that each call throws an error with the whole message. */
export function refuses(
  what: string,
  cases: readonly (readonly [make: () => unknown, message: string])[],
): void {
  describe(`${what} are refused:`, () => {
    it.each(cases.map(([make, message]) => [message, make] as const))("%s", (message, make) => {
      let thrown: unknown;
      try {
        make();
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(HeddleError);
      expect((thrown as Error).message).toBe(message);
      // Who, what was expected, what was received, and what to do next.
      expect(message).toMatch(/^\S.*?: expected .+, received .+\. .+[.?]$/s);
    });
  });
}
