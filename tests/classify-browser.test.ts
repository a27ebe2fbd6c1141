// A saved model in a real browser: loaded by its address, it answers as in Node.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Dense, Flatten, Input, Rescaling, Sequential } from "../packages/core/dist/index.js";
import "../packages/heddle/dist/node.js";
import { runInChromium } from "../tools/reproducibility/in-chromium.mjs";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";

const model = new Sequential(
  [new Input([8, 8, 1]), new Rescaling(1 / 255), new Flatten(), new Dense(3, { activation: "softmax" })],
  {
    classes: ["bag", "boot", "trousers"],
    pictures: { range: [0, 255], grey: "rec601", invertLight: true },
  },
);

/** Colours of 40 × 30 pixels on a light ground. */
const drawing = Uint8Array.from({ length: 30 * 40 * 3 }, (_, at) => {
  const [row, column] = [Math.floor(at / 120), Math.floor(at / 3) % 40];
  return row > 6 && row < 22 && column > 9 && column < 33 ? (row * column * (at % 3)) % 200 : 240;
});

/** A folder that the page's server shows: it serves the repository. */
let folder: string;
beforeAll(async () => {
  const build = fileURLToPath(new URL("../packages/core/dist/", import.meta.url));
  mkdirSync(build, { recursive: true });
  folder = mkdtempSync(join(build, "saved-model-"));
  await model.save(folder);
  await sharp(drawing, { raw: { width: 40, height: 30, channels: 3 } })
    .png()
    .toFile(join(folder, "drawing.png"));
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

  it("sees the same in every form of a picture as in Node", async () => {
    const forms = await runInChromium(
      `const { loadModel } = await import("/packages/core/dist/index.js");
      const address = "packages/core/dist/${basename(folder)}";
      const model = await loadModel(address);
      const blob = await (await fetch(address + "/drawing.png")).blob();
      const bitmap = await createImageBitmap(blob);
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [40, 30];
      canvas.getContext("2d").drawImage(bitmap, 0, 0);
      const pixels = canvas.getContext("2d").getImageData(0, 0, 40, 30);
      const image = new Image();
      image.src = URL.createObjectURL(blob);
      await image.decode();
      const forms = {
        blob, bitmap, canvas, pixels, image,
        bytes: new Uint8Array(await blob.arrayBuffer()),
        data: { data: pixels.data, width: 40, height: 30 },
        frame: new VideoFrame(bitmap, { timestamp: 0 }),
      };
      const answers = {};
      for (const [name, picture] of Object.entries(forms)) answers[name] = await model.classify(picture);
      return answers;`,
      { isolated: false },
    );
    const path = join(folder, "drawing.png");
    const inNode = await model.classify(path);
    expect(await model.classify(readFileSync(path))).toEqual(inNode);
    expect(await model.classify({ data: drawing, width: 40, height: 30 })).toEqual(inNode);
    expect(new Set(inNode.map(({ probability }) => probability)).size).toBe(3);
    for (const [form, answers] of Object.entries(forms)) expect(answers, form).toEqual([...inNode]);
    model.dispose();
  }, 180_000);
});
