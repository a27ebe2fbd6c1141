import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AbortedError } from "@heddle/core/internal/base/errors.js";
import { resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { afterAll, expect, it } from "vitest";
import { findRate } from "./find-rate.js";

const work = mkdtempSync(join(tmpdir(), "heddle-lr-find-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

it("a search that is stopped while its curve is drawn ends as stopped and writes nothing", async () => {
  const controller = new AbortController();
  const folder = join(work, "found");
  const search = findRate({
    settings: resolveSettings({}, { data: "fashion-sketch", batchSize: 8, limit: 80 }),
    who: "test",
    // Read when the curve has been drawn.
    get command() {
      controller.abort();
      return "heddle lr-find";
    },
    ...{ from: 1e-4, to: 10, steps: 20, folder, onStep: () => {} },
    load: { sketch: { train: 80, test: 10 } },
    signal: controller.signal,
    onWarning: () => {},
  });
  await expect(search).rejects.toBeInstanceOf(AbortedError);
  expect(existsSync(folder)).toBe(false);
});
