import fc from "fast-check";
import { expect, it } from "vitest";
import { shareMemory } from "./arena.js";

it("lodgers that need memory at the same time never overlap, and the whole is no larger than all of them", () => {
  const lodger = fc
    .tuple(fc.integer({ min: 1, max: 1000 }), fc.nat(20), fc.nat(20))
    .map(([bytes, first, length]) => ({ bytes, first, last: first + length }));
  fc.assert(
    fc.property(fc.array(lodger, { maxLength: 20 }), (lodgers) => {
      const { offsets, bytes } = shareMemory(lodgers);
      let sum = 0;
      for (const [index, one] of lodgers.entries()) {
        const start = offsets[index]!;
        expect(start % 64).toBe(0);
        expect(start + one.bytes).toBeLessThanOrEqual(bytes);
        sum += 64 * Math.ceil(one.bytes / 64);
        for (const [later, other] of lodgers.entries()) {
          if (later <= index || other.last < one.first || one.last < other.first) continue;
          const apart = start + one.bytes <= offsets[later]! || offsets[later]! + other.bytes <= start;
          expect(apart).toBe(true);
        }
      }
      expect(bytes).toBeLessThanOrEqual(sum);
    }),
    { numRuns: 200, seed: 1 },
  );
});

it("a long chain takes the memory of its two largest neighbours", () => {
  const chain = Array.from({ length: 100 }, (_, at) => ({ bytes: 640, first: at, last: at + 1 }));
  expect(shareMemory(chain).bytes).toBe(2 * 640);
});
