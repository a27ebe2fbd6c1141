// A saved model in a real browser: loaded by its address.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Dense, Flatten, Input, Rescaling, Sequential } from "../packages/core/dist/index.js";
import { runInChromium } from "../tools/reproducibility/in-chromium.mjs";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";

const model = new Sequential(
  [new Input([8, 8, 1]), new Rescaling(1 / 255), new Flatten(), new Dense(3, { activation: "softmax" })],
  {
    classes: ["bag", "boot", "trousers"],
    pictures: { range: [0, 255], grey: "rec601", invertLight: true },
  },
);

/** A folder that the page's server shows: it serves the repository. */
let folder: string;
beforeAll(async () => {
  const build = fileURLToPath(new URL("../packages/core/dist/", import.meta.url));
  mkdirSync(build, { recursive: true });
  folder = mkdtempSync(join(build, "saved-model-"));
  await model.save(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasChromium)(`a saved model in Chromium ${NEEDS_CHROMIUM}`, () => {
  it("is loaded by its address, relative or whole, and by what toFiles returned", async () => {
    const found = await runInChromium(
      `const { loadModel } = await import("/packages/core/dist/index.js");
      const address = "packages/core/dist/${basename(folder)}";
      const relative = await loadModel(address);
      const whole = await loadModel(new URL(address, location.href));
      const again = await loadModel(relative.toFiles());
      const sha256 = await Promise.all([relative, whole, again].map((one) => one.weightsSha256()));
      return { sha256, classes: again.classes };`,
      { isolated: false },
    );
    const sha256 = await model.weightsSha256();
    expect(found).toEqual({ sha256: [sha256, sha256, sha256], classes: model.classes });
  }, 180_000);
});
