import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../datasets/index.js";
import { temporaryFolder } from "../datasets/tiny-dataset.testing.js";
import { datasetOfRun } from "./open-run.js";

async function photos(count: number): Promise<string> {
  const folder = temporaryFolder();
  for (let at = 0; at < count; at++) {
    const path = join(folder, "ab"[at % 2]!, `${at}.png`);
    mkdirSync(join(path, ".."), { recursive: true });
    const raw = { width: 2, height: 2, channels: 1 as const };
    await sharp(
      Uint8Array.from({ length: 4 }, (_, pixel) => 9 * at + pixel),
      { raw },
    )
      .png()
      .toFile(path);
  }
  return folder;
}

describe("datasetOfRun", () => {
  it("reads of a run's own pictures what its limit read, and other pictures whole", async () => {
    const folder = await photos(12);
    const { dataset } = await loadDataset(folder, { limit: 4 });
    const record = { id: "run", dataset } as unknown as RunRecord;
    for (const data of [undefined, folder]) {
      const again = await datasetOfRun(record, data, {});
      expect([again.train.count, again.test.count]).toEqual([4, 2]);
      expect(again.test.images).toEqual(dataset.test.images);
    }
    const { test } = await datasetOfRun(record, await photos(14), {});
    expect(test.count).toBe(14);
  });
});
