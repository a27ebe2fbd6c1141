// Models as files that run by themselves.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { deflateSync, inflateSync } from "node:zlib";
import { fromBase85, toBase85 } from "@heddle/core/internal/base/base85.js";
import {
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  DepthwiseConv2D,
  Flatten,
  GlobalAveragePooling2D,
  input,
  type Layer,
  loadModel,
  MaxPooling2D,
  Model,
  ReLU,
  Rescaling,
  type Tensor,
} from "heddle";
import { beforeAll, describe, expect, it } from "vitest";
import { openInChromium, serveFolder } from "../tools/reproducibility/in-chromium.mjs";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";
import { TINY, Workspace } from "./cli.js";

/** A page with another last weight. */
function alteredPage(html: string): string {
  const [, length, packed] = /data-bytes="(\d+)">([^<]*)</.exec(html)!;
  const bytes = inflateSync(fromBase85(packed!).subarray(0, Number(length)));
  bytes[bytes.length - 1]! ^= 1;
  const again = deflateSync(bytes);
  return html.replace(
    /data-bytes="\d+">[^<]*</,
    () => `data-bytes="${again.length}">${toBase85(new Uint8Array(again))}<`,
  );
}

const chain = (x: Tensor, ...layers: readonly Layer[]) => layers.reduce((y, layer) => layer.apply(y), x);

/** Nets of the usual kinds, small. */
const nets: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  lenet: (x) =>
    chain(
      x,
      new Conv2D(6, 5, { padding: "same", activation: "tanh" }),
      new MaxPooling2D(2),
      new Conv2D(16, 5, { activation: "tanh" }),
      new MaxPooling2D(2),
      new Flatten(),
      new Dense(32, { activation: "tanh" }),
    ),
  resnet: (x) => {
    const first = chain(
      x,
      new Conv2D(8, 3, { strides: 2, padding: "same" }),
      new BatchNormalization(),
      new ReLU(),
    );
    const second = chain(first, new Conv2D(8, 3, { padding: "same" }), new BatchNormalization());
    return chain(new Add().apply([first, second]), new ReLU(), new GlobalAveragePooling2D());
  },
  mobilenet: (x) =>
    chain(
      x,
      new Conv2D(8, 3, { strides: 2, padding: "same" }),
      new DepthwiseConv2D(3, { padding: "same" }),
      new BatchNormalization(),
      new ReLU({ maxValue: 6 }),
      new Conv2D(12, 1),
      new GlobalAveragePooling2D(),
    ),
};

describe("an exported module", () => {
  const work = new Workspace();
  beforeAll(async () => {
    const { code, stderr } = await work.heddle([...TINY]);
    expect(code, stderr).toBe(0);
    for (const words of [
      ["mjs"],
      ["mjs", "--wasm", "--weights", "f32", "--out", "fast"],
      ["html"],
      ["html", "--weights", "int8", "--out", "small"],
    ]) {
      const out = words.includes("--out") ? [] : ["--out", "clothes"];
      const exported = await work.heddle(["export", "latest", "--to", ...words, ...out]);
      expect(exported.code, exported.stderr).toBe(0);
    }
  });

  it("answers as the run does, from any program", async () => {
    const own = await import(pathToFileURL(work.file("clothes.mjs")).href);
    expect(own.classes).toHaveLength(10);
    const model = await loadModel(join(work.runs()[0]!, "model"));
    try {
      const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, at) => (at * at) & 255);
      const expected = await model.classify({ data, width: 40, height: 30 });
      const answer: typeof expected = own.classifyImageData({ data, width: 40, height: 30 });
      for (const { label, probability } of answer) {
        expect(expected.find((one) => one.label === label)!.probability).toBeCloseTo(probability, 2);
      }
    } finally {
      model.dispose();
    }
    expect(own.selfTest()).toMatchObject({ passed: true });
    expect(readFileSync(work.file("clothes.d.mts"), "utf8")).toContain(
      "export declare function classifyImageData",
    );
  });

  it("is checked in a process of its own, and not when its weights were changed", async () => {
    const whole = await work.heddle(["verify-export", "clothes.mjs", "--json"]);
    expect(whole.code, whole.stderr).toBe(0);
    expect(JSON.parse(whole.stdout)).toMatchObject({ passed: true });
    const text = readFileSync(work.file("clothes.mjs"), "utf8");
    // A character amid the weights, which are in base64.
    const at = text.lastIndexOf("fromBase64(") + 2000;
    const other = text[at] === "A" ? "B" : "A";
    writeFileSync(work.file("changed.mjs"), text.slice(0, at) + other + text.slice(at + 1));
    const changed = await work.heddle(["verify-export", "changed.mjs"]);
    expect(changed.code).toBe(1);
    expect(changed.stdout).toMatch(/^changed\.mjs: the weights are not those that were exported/);
    writeFileSync(work.file("foreign.mjs"), "export const a = 1;\n");
    const foreign = await work.heddle(["verify-export", "foreign.mjs"]);
    expect(foreign.code).toBe(2);
    expect(foreign.stderr).toContain("expected a file that heddle export wrote, received another file");
  });

  it.each(Object.entries(nets))("of a %s is checked in a process of its own", async (name, last) => {
    const inputs = input([20, 20, 1]);
    const outputs = chain(
      last(chain(inputs, new Rescaling(1 / 255))),
      new Dense(4, { activation: "softmax" }),
    );
    const model = new Model({ inputs, outputs }, { name, seed: 2 });
    await model.save(work.file(name));
    model.dispose();
    const exported = await work.heddle(["export", name, "--to", "mjs", "--out", name]);
    expect(exported.code, exported.stderr).toBe(0);
    const { code, stdout, stderr } = await work.heddle(["verify-export", `${name}.mjs`]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${name}\\.mjs answers as Heddle did`));
  });

  const [inside, inChromium] = ["/none", undefined].map((CHROMIUM) => async (file: string) => {
    const env = CHROMIUM === undefined ? {} : { CHROMIUM };
    return work.heddle(["verify-export", file, "--json"], { env });
  });

  it("of a page is checked in a process of its own without a browser, and fails with other weights", async () => {
    const whole = await inside!("clothes.html");
    expect(whole.code, whole.stderr).toBe(0);
    expect(JSON.parse(whole.stdout)).toMatchObject({
      passed: true,
      by: expect.stringMatching(/^the model inside in Node .*; no Chromium was found$/),
    });
    writeFileSync(work.file("altered.html"), alteredPage(readFileSync(work.file("clothes.html"), "utf8")));
    const altered = await inside!("altered.html");
    expect(altered.code).toBe(1);
    expect(JSON.parse(altered.stdout)).toMatchObject({
      passed: false,
      reason: "the weights are not those that were exported",
    });
  });

  it.skipIf(!hasChromium)(`of a page is checked in Chromium ${NEEDS_CHROMIUM}`, async () => {
    const whole = await inChromium!("clothes.html");
    expect(whole.code, whole.stderr).toBe(0);
    expect(JSON.parse(whole.stdout)).toMatchObject({ passed: true, by: "itself in Chromium" });
    writeFileSync(work.file("altered.html"), alteredPage(readFileSync(work.file("clothes.html"), "utf8")));
    const altered = await inChromium!("altered.html");
    expect(altered.code).toBe(1);
    expect(JSON.parse(altered.stdout)).toMatchObject({
      passed: false,
      reason: "the weights are not those that were exported",
    });
  });

  it("computes by WebAssembly, to the bits of the run, and needs nothing beside itself", async () => {
    const whole = await work.heddle(["verify-export", "fast.mjs", "--json"]);
    expect(whole.code, whole.stderr).toBe(0);
    expect(JSON.parse(whole.stdout)).toMatchObject({ passed: true, tolerance: 0.000011 });
    const text = readFileSync(work.file("fast.mjs"), "utf8");
    expect(text).not.toMatch(/^import |\bimport\(|require\(|https?:\/\//m);
    const own = await import(pathToFileURL(work.file("fast.mjs")).href);
    const model = await loadModel(join(work.runs()[0]!, "model"));
    try {
      const images = Uint8Array.from({ length: 3 * 784 }, (_, at) => (at * at) & 255);
      const expected = await model.predict({ images, count: 3, shape: [28, 28, 1] });
      const answers: { label: string; probability: number }[][] = own.classifyBatch(images);
      const values = answers.flatMap((answer) =>
        own.classes.map((name: string) => answer.find(({ label }) => label === name)!.probability),
      );
      expect(values).toEqual([...expected]);
    } finally {
      model.dispose();
    }
    const page = await work.heddle(["export", "latest", "--to", "html", "--wasm"]);
    expect(page.code).toBe(2);
    expect(page.stderr).toContain('expected no --wasm with the format "html"');
  });

  it("keeps fewer bits only where the format can, and says so elsewhere", async () => {
    const { code, stderr } = await work.heddle(["export", "latest", "--to", "keras", "--weights", "int8"]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'expected no --weights with the format "keras", which keeps 32 bits, received "int8". Omit it, or export as "mjs" or "html".',
    );
  });

  it("is small, and needs nothing from elsewhere", () => {
    expect(statSync(work.file("clothes.html")).size).toBeLessThanOrEqual(140_000);
    // Weights that were trained for longer deflate better: 71 KB after a whole study.
    expect(statSync(work.file("small.html")).size).toBeLessThanOrEqual(82_000);
    expect(readFileSync(work.file("small.html"), "utf8")).not.toMatch(/https?:\/\/|<link|src=/);
  });

  it.skipIf(!hasChromium)(
    `classifies what is drawn and dropped on the page, and checks itself ${NEEDS_CHROMIUM}`,
    async () => {
      const script = `
      const report = (value) => fetch(new URLSearchParams(location.search).get("report"), { method: "POST", body: JSON.stringify(value) });
      const frame = document.querySelector("iframe");
      const until = async (ready) => { while (!ready()) await new Promise((next) => setTimeout(next, 20)); };
      frame.onload = async () => {
        const page = frame.contentDocument;
        const text = (id) => page.getElementById(id).textContent;
        await until(() => text("check") !== "Checking …");
        const answer = { check: text("check"), before: text("spoken") };
        const pad = page.getElementById("pad");
        pad.setPointerCapture = () => {};
        const box = pad.getBoundingClientRect();
        const point = (type, x, y) => pad.dispatchEvent(new frame.contentWindow.PointerEvent(type, { clientX: box.left + x * box.width, clientY: box.top + y * box.height, pointerId: 1 }));
        point("pointerdown", 0.3, 0.3); point("pointermove", 0.7, 0.7); point("pointerup", 0.7, 0.7);
        answer.drawn = text("spoken");
        page.getElementById("clear").click();
        answer.cleared = text("spoken");
        for (const key of [" ", "ArrowDown", "ArrowDown", " "]) pad.dispatchEvent(new frame.contentWindow.KeyboardEvent("keydown", { key }));
        answer.typed = text("spoken");
        page.getElementById("clear").click();
        const canvas = new OffscreenCanvas(40, 60);
        canvas.getContext("2d").fillRect(10, 10, 20, 40);
        const files = new DataTransfer();
        files.items.add(new File([await canvas.convertToBlob()], "thing.png", { type: "image/png" }));
        page.dispatchEvent(new frame.contentWindow.DragEvent("drop", { dataTransfer: files, bubbles: true }));
        await until(() => text("spoken") !== answer.cleared);
        answer.dropped = text("spoken");
        answer.classes = page.querySelectorAll("#results li").length;
        const broken = new DataTransfer();
        broken.items.add(new File(["no picture"], "a.txt"));
        page.dispatchEvent(new frame.contentWindow.DragEvent("drop", { dataTransfer: broken, bubbles: true }));
        await until(() => text("fault") !== "");
        answer.fault = text("fault");
        report(answer);
      };`;
      writeFileSync(
        work.file("index.html"),
        `<!doctype html><meta charset="utf-8"><iframe src="clothes.html" width="800" height="800"></iframe><script>${script}</script>`,
      );
      const site = await serveFolder(work.path);
      try {
        const answer = await openInChromium(`${site.url}index.html`);
        expect(answer.check).toMatch(/^Checked: 32 answers are those of Heddle \S+, to /);
        expect(answer.before).toBe("Draw, drop, paste or choose a picture.");
        expect(answer.cleared).toBe(answer.before);
        for (const said of [answer.drawn, answer.typed, answer.dropped])
          expect(said).toMatch(/^.+, \d+\.\d%$/);
        expect(answer.classes).toBe(5);
        expect(answer.fault).toBe("This file is not a picture that the browser can show.");
      } finally {
        site.close();
      }
    },
  );
});
