// `heddle explain`, on the command line.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isOneLine, TINY, Workspace } from "./cli.js";

const workspace = new Workspace();
const last = (stdout: string) => JSON.parse(stdout.trimEnd().split("\n").at(-1)!);

/** A model without a convolution, all its weights zero, as files. */
async function writeDenseModel(folder: string): Promise<void> {
  const { Dense, Flatten, Input, Sequential } = await import("../packages/core/dist/index.js");
  const model = new Sequential([
    new Input([28, 28, 1]),
    new Flatten(),
    new Dense(10, { activation: "softmax" }),
  ]);
  await model.save(folder);
}

describe("heddle explain", () => {
  it("shows a run: filters, a map, a gallery, and their figures as files", { timeout: 120_000 }, async () => {
    expect((await workspace.heddle(TINY)).code).toBe(0);
    const ended = await workspace.heddle(["explain", "latest", "--map-images", "40", "--json"]);
    expect(ended.stderr.split("\n").filter((line) => line.startsWith("heddle:"))).toEqual([]);
    expect(ended.code).toBe(0);
    const result = last(ended.stdout);
    const html = readFileSync(workspace.file(result.page), "utf8");
    for (const id of ["filters", "embedding", "gallery"]) expect(html).toContain(`<section id="${id}"`);
    expect(html).not.toMatch(/<script|src="http|href="http/);
    const figures = readdirSync(join(workspace.file(result.page), "..", "figures"));
    for (const name of [
      "filters-conv2d-kernel",
      "filters-conv2d-1-kernel",
      "embedding-map",
      "gallery-classes",
    ])
      for (const kind of ["svg", "png"]) expect(figures).toContain(`${name}.${kind}`);
    expect(result.embedding.images).toBe(40);
    expect(result.gallery.length).toBeGreaterThan(0);
    // Some class has fewer than 16 of the 40 images: the share of its neighbours is not shown.
    expect(result.findings.length).toBe(1);
    expect(result.embedding).not.toHaveProperty("agreement");
    expect(result.testLooks.sentence).toContain("once for explanations");
    const runFolder = join(workspace.file(result.page), "..", "..");
    expect(readFileSync(join(runFolder, "report.html"), "utf8")).toContain("once for explanations");
    // Again, over the first.
    const again = last(
      (await workspace.heddle(["explain", "latest", "--map-images", "40", "--json"])).stdout,
    );
    expect(again.embedding).toEqual(result.embedding);

    const one = await workspace.heddle(["explain", "latest", "test:3", "--json", "--out", "out"]);
    expect(one.code).toBe(0);
    const shown = last(one.stdout);
    expect(shown.page).toBe(join("out", "report.html"));
    expect(shown.prediction.probabilities.length).toBe(10);
    expect(shown.prediction.gradCam.layer).toBe("conv2d_1");
    const page = readFileSync(workspace.file("out", "report.html"), "utf8");
    for (const id of ["prediction", "where-it-looks", "feature-maps"])
      expect(page).toContain(`<section id="${id}"`);
    // Two files for each layer that changes something.
    expect(
      readdirSync(workspace.file("out", "figures")).filter((name) => name.startsWith("feature-maps")).length,
    ).toBe(10);
    expect(page).toContain(
      "random_translation, dropout, flatten pass their input on unchanged and have no sheets.",
    );
    // A picture from a file.
    const picture = join(workspace.file("out", "figures"), "where-it-looks.png");
    const drawn = await workspace.heddle([
      "explain",
      "latest",
      picture,
      "--class",
      "3",
      "--layer",
      "conv2d",
      "--json",
    ]);
    expect(drawn.code).toBe(0);
    expect(last(drawn.stdout).prediction.explained.label).toBe(3);
    expect(last(drawn.stdout).page).toMatch(/explain\/where-it-looks-png\/report\.html$/);
  });

  it.each([
    [["test:99999"], "test:99999: expected an image of"],
    [["test:0", "--layer", "conv9"], 'getLayer: expected one of "rescaling"'],
    [["test:0", "--layer", "dense"], "--layer: expected a layer with an output [height, width, channels]"],
    [["test:0", "--class", "Cathedral"], "--class: expected one of"],
    [["test:0", "--patch", "99"], "Occlusion: expected a patch of at most 28 pixels"],
    [["nothing.png"], "nothing.png: expected a file that can be read, received no such file or folder"],
    [["test:0", "--patch", "0"], "option '--patch <n>' argument '0' is invalid"],
  ])("refuses %j in one line, and writes nothing", { timeout: 60_000 }, async (args, message) => {
    const ended = await workspace.heddle(["explain", "latest", "--out", "refused", ...args]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(message);
    expect(isOneLine(ended.stderr)).toBe(true);
    expect(existsSync(workspace.file("refused"))).toBe(false);
  });

  it("shows what it can of a model without convolutions and without a run", {
    timeout: 60_000,
  }, async () => {
    await writeDenseModel(workspace.file("dense"));
    const ended = await workspace.heddle(["explain", "dense", "--data", "clothes", "--json"]);
    expect(ended.code).toBe(0);
    const { notes, gallery } = last(ended.stdout);
    expect(notes).toEqual([
      "No filters: the model has no convolution.",
      "No Grad-CAM: the model has no convolution. Occlusion needs none.",
    ]);
    expect(gallery.length).toBeGreaterThan(0);
    const alone = await workspace.heddle(["explain", "dense", "--json"]);
    expect(alone.code).toBe(0);
    expect(last(alone.stdout).notes.at(-1)).toContain("has no dataset unless one is named.");
    expect((await workspace.heddle(["explain", "dense", "test:1"])).stderr).toContain(
      "Set --data to the dataset's folder.",
    );
  });

  it("refuses a file that is not a run", async () => {
    writeFileSync(workspace.file("file.txt"), "x");
    const ended = await workspace.heddle(["explain", "file.txt"]);
    expect(ended.code).toBe(2);
    expect(isOneLine(ended.stderr)).toBe(true);
  });
});
