import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AddressSpace } from "./address-space.js";

describe("an address space", () => {
  it("never gives out a range twice at a time, whatever is freed in between", () => {
    const step = fc.record({ bytes: fc.integer({ min: 0, max: 2000 }), freed: fc.option(fc.nat()) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const space = new AddressSpace();
        const live: { start: number; end: number }[] = [];
        for (const { bytes, freed } of steps) {
          const start = space.allocate(bytes, "x");
          expect(start % 64).toBe(0);
          // Kernels may read 64 bytes past the end.
          const range = { start, end: start + bytes + 64 };
          for (const other of live) expect(start >= other.end || range.end <= other.start).toBe(true);
          live.push(range);
          expect(space.usedBytes).toBeGreaterThanOrEqual(Math.max(...live.map(({ end }) => end)));
          if (freed !== null) space.free(live.splice(freed % live.length, 1)[0]!.start);
        }
        for (const { start } of live) space.free(start);
        expect(space.usedBytes).toBe(new AddressSpace().usedBytes);
      }),
    );
  });

  it("fills the gap that neighbours leave together, and shrinks when the last range is freed", () => {
    const space = new AddressSpace();
    const [first, second, third] = [100, 100, 100].map((bytes) => space.allocate(bytes, "x"));
    space.free(second!);
    space.free(first!);
    expect(space.allocate(300, "both")).toBe(first);
    space.free(third!);
    expect(space.usedBytes).toBe(third);
  });
});
