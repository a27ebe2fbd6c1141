import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../datasets/tiny-dataset.testing.js";
import { watchFiles } from "./watch-files.js";

describe("watched files", () => {
  it("are reported once when they have changed and stay as they are", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "model"));
    writeFileSync(join(folder, "model/config.json"), "1");
    let changed = () => {};
    const change = new Promise<void>((resolve) => {
      changed = resolve;
    });
    let calls = 0;
    const end = watchFiles(
      folder,
      async () => {
        calls++;
        changed();
      },
      5,
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(calls).toBe(0);
    writeFileSync(join(folder, "other.txt"), "1");
    writeFileSync(join(folder, "model/weights.safetensors"), "1");
    await change;
    await end();
    expect(calls).toBe(1);
  });
});
