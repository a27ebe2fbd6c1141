// The same damaged table in Node and in a real browser: the same images and the same report.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { damagedCsv } from "../packages/core/dist/data/csv/damaged.testing.js";
import { type MissingRule, type ReadImages, readCsv } from "../packages/core/dist/data/index.js";
import { runInChromium } from "../tools/reproducibility/in-chromium.mjs";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";

/** What is compared; the page computes the same. */
const summary = ({ images, dropped }: ReadImages) => ({
  dropped,
  count: images.count,
  shape: images.shape,
  labelTexts: images.labelTexts,
  labels: [...images.labels],
  sha256: createHash("sha256").update(images.images).digest("hex"),
});

const inChromium = (missing: MissingRule, packed: boolean, isolated: boolean) =>
  runInChromium(
    `const { readCsv } = await import("/packages/core/dist/data/index.js");
    const { damagedCsv } = await import("/packages/core/dist/data/csv/damaged.testing.js");
    let stream = new Blob([damagedCsv().text]).stream();
    if (${packed}) stream = stream.pipeThrough(new CompressionStream("gzip"));
    const { images, dropped } = await readCsv(stream, { name: "damaged.csv", missing: "${missing}" });
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", images.images.slice().buffer));
    const { count, shape, labelTexts, labels } = images;
    const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return { dropped, count, shape, labelTexts, labels: [...labels], sha256 };`,
    { isolated },
  );

describe.skipIf(!hasChromium)(`a table with 100 damaged rows in Chromium ${NEEDS_CHROMIUM}`, () => {
  it.each([
    { missing: "drop", packed: false, isolated: false },
    { missing: "drop", packed: true, isolated: false },
    { missing: "zero", packed: false, isolated: false },
  ] as const)(
    "gives the same report as Node: %o",
    async ({ missing, packed, isolated }) => {
      const { text, expected } = damagedCsv();
      const bytes = new TextEncoder().encode(text);
      const inNode = summary(await readCsv(bytes, { name: "damaged.csv", missing }));
      if (missing === "drop") {
        expect(inNode.dropped.rows.map(({ line }) => line)).toEqual(expected.lines);
        expect(inNode.dropped.rows).toHaveLength(100);
      } else expect(inNode.dropped.zeroed).toBe(30);
      expect(await inChromium(missing, packed, isolated)).toEqual(inNode);
    },
    180_000,
  );
});
