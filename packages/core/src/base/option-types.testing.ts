import { describe, expect, it } from "vitest";
import { HeddleError } from "./errors.js";

// Every option of the public classes and functions gets a value of every kind. What is no value of it must be refused by
// its name; what is one must not.

/** A value of every kind. */
const values: readonly unknown[] = [
  ...[null, true, false, "", "x", "1", [], [1], ["x"], {}, () => 1],
  ...[0, 1, -1, 0.5, 2, Number.NaN, Number.POSITIVE_INFINITY, 1n],
];

export type Fits = (value: unknown) => boolean;
export const numberIn =
  (low: number, high = Number.MAX_VALUE): Fits =>
  (value) =>
    typeof value === "number" && value >= low && value <= high;
export const above0: Fits = (value) => numberIn(0)(value) && value !== 0;
export const belowOne: Fits = (value) => numberIn(0)(value) && (value as number) < 1;
export const finite = numberIn(-Number.MAX_VALUE);
export const share = numberIn(0, 1);
export const wholeFrom =
  (low: number): Fits =>
  (value) =>
    Number.isInteger(value) && (value as number) >= low;
export const boolean: Fits = (value) => typeof value === "boolean";
export const text: Fits = (value) => typeof value === "string" && value !== "";
/** For texts to choose from, and what must be of a class. */
export const none: Fits = () => false;
export const aFunction: Fits = (value) => typeof value === "function";
export const object: Fits = (value) => Object.getPrototypeOf(Object(value)) === Object.prototype;
export const orNull =
  (fits: Fits): Fits =>
  (value) =>
    value === null || fits(value);

/** Options that are passed together with the one under test, and which values fit each option. */
export type Case = readonly [
  name: string,
  call: (options: never) => unknown,
  required: object,
  options: Readonly<Record<string, Fits>>,
];

/**
 * Tests that each option refuses what does not fit.
 *
 * @param runs whether calls with values that do fit are cheap enough to be made
 */
export function checksItsOptions(cases: readonly Case[], runs: boolean): void {
  describe.each(cases.map((one) => [one[0], one] as const))("%s", (_, [, call, required, options]) => {
    it.each(Object.entries(options))(
      "refuses what is no %s by its name, and nothing else",
      async (name, fits) => {
        const faults: string[] = [];
        for (const value of values) {
          const expected = fits(value);
          if (expected && !runs) continue;
          const thrown = await refusal(() => call({ ...required, [name]: value } as never));
          const fault = expected ? thrown : faultOf(thrown, name);
          if (fault !== undefined) faults.push(`${typeof value} ${String(value)}: ${String(fault)}`);
        }
        expect(faults.join("\n")).toBe("");
      },
    );
  });
}

async function refusal(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

/** What is wrong with a refusal, if anything. */
function faultOf(thrown: unknown, name: string): unknown {
  if (thrown === undefined) return "accepted";
  const isNamed = new RegExp(`\\b${name.replace(/s$/, "")}`).test(String(thrown));
  return thrown instanceof HeddleError && isNamed ? undefined : thrown;
}
