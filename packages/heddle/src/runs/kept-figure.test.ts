import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageGrid } from "@heddle/core/internal/figures/image-grid.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drawFigure } from "../rendering/draw-figure.js";
import { isPlainDrawing, keepFigure, readKeptFigure } from "./kept-figure.js";
import { RunFolder } from "./run-folder.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "heddle-figures-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const grid = () =>
  drawFigure(
    imageGrid(
      {
        images: Uint8Array.from({ length: 32 }, (_, at) => at * 8),
        labels: Uint8Array.of(0, 1),
        count: 2,
        shape: [4, 4, 1],
      },
      {
        name: "two",
        title: 'Two <pictures> & "more"',
        columns: 2,
        labels: ["a onload=1", "b>c"],
        tone: "ink",
      },
    ),
  );

describe("a kept figure", () => {
  it("is read back as it was written, in both themes", async () => {
    const run = await RunFolder.create(root, { name: "x" });
    const figure = await grid();
    await keepFigure(run, figure);
    expect(await readKeptFigure(run, "two")).toEqual(figure);
    expect(figure.darkSvg).not.toBe(figure.svg);
  });

  it("is undefined when it was never written, is damaged, or has a script", async () => {
    const run = await RunFolder.create(root, { name: "x" });
    expect(await readKeptFigure(run, "two")).toBeUndefined();
    const figure = await grid();
    for (const [file, content] of [
      ["two.json", "{ cut"],
      ["two.json", "{}"],
      ["two.svg", figure.svg.replace("</svg>", "<script>alert(1)</script></svg>")],
    ] as const) {
      await keepFigure(run, figure);
      await writeFile(join(run.path, "figures", file), content);
      expect(await readKeptFigure(run, "two"), content.slice(0, 20)).toBeUndefined();
    }
  });

  it.each([
    '<svg onload="alert(1)"></svg>',
    '<svg a=">" onload="alert(1)"></svg>',
    "<svg x='1' onload='alert(1)'></svg>",
    '<svg w="1"><image href="https://example.org/x.png"/></svg>',
    '<svg w="1"><image xlink:href="javascript:alert(1)"/></svg>',
    '<svg w="1"><foreignObject/></svg>',
    '<svg w="1"><rect style="fill:url(http://example.org)"/></svg>',
    '<svg w="1"><!-- --></svg>',
    "<div></div>",
    "",
  ])("is not accepted with anything but a plain drawing: %s", (svg) => {
    expect(isPlainDrawing(svg)).toBe(false);
  });
});
