// The core in a real browser: the same weights as in Node, with shared memory and without.
import { describe, expect, it } from "vitest";
import { trainInChromium } from "../tools/reproducibility/in-chromium.mjs";
import { train } from "../tools/reproducibility/workload.mjs";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";

describe.skipIf(!hasChromium)(`in Chromium ${NEEDS_CHROMIUM}`, () => {
  it.each([
    { isolated: true, fast: false },
    { isolated: false, fast: false },
    { isolated: true, fast: true },
  ])(
    "training gives the weights of Node to the last bit: %o",
    async ({ isolated, fast }) => {
      const { threads: _, ...inNode } = await train({ fast });
      const { threads, ...inChromium } = await trainInChromium({ isolated, fast });
      expect(inChromium).toEqual({ isolated, ...inNode });
      // Without isolation memory cannot be shared, so there is one thread.
      if (!isolated) expect(threads).toBe(1);
    },
    180_000,
  );
});
