import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AbortedError } from "@heddle/core/internal/base/errors.js";
import { classBalance } from "@heddle/core/internal/figures/class-balance.js";
import { expect, it } from "vitest";
import { drawFigures } from "./draw-figure.js";
import { writeFigures } from "./write-figures.js";

const chart = classBalance([{ split: "Training", perClass: [2, 3] }], ["a", "b"]);

it("drawing and writing stop between two figures, however little time they leave for events", async () => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-figures-"));
  try {
    const stopAtOnce = () => {
      const controller = new AbortController();
      setImmediate(() => controller.abort());
      return controller.signal;
    };
    await expect(drawFigures([chart, chart, chart], stopAtOnce())).rejects.toBeInstanceOf(AbortedError);
    const [figure] = await drawFigures([chart]);
    await expect(writeFigures(folder, [figure!, figure!], { signal: stopAtOnce() })).rejects.toBeInstanceOf(
      AbortedError,
    );
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
