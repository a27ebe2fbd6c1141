import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../datasets/tiny-dataset.testing.js";
import { watchFiles } from "./watch-files.js";

describe("watched files", () => {
  it.each([
    ["of a run", "", "model/weights.safetensors"],
    ["of another program", "boots.keras", "boots.keras"],
  ])("%s are reported once when they have changed and stay as they are", async (_, watched, file) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "model"));
    writeFileSync(join(folder, "model/config.json"), "1");
    writeFileSync(join(folder, "boots.keras"), "1");
    let changed = () => {};
    const change = new Promise<void>((resolve) => {
      changed = resolve;
    });
    let calls = 0;
    const end = watchFiles(
      join(folder, watched),
      async () => {
        calls++;
        changed();
      },
      5,
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(calls).toBe(0);
    writeFileSync(join(folder, "other.txt"), "1");
    writeFileSync(join(folder, file), "12");
    await change;
    await end();
    expect(calls).toBe(1);
  });
});
