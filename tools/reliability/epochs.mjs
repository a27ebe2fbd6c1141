// usage: node tools/reliability/epochs.mjs [--look 20,65,110,155,200]
// Trains with `heddle train` for many epochs on few images, with validation, checkpoints and history, and prints what
// the process holds after some of them, garbage collected.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import * as heddle from "../../packages/core/dist/index.js";
import { writeLargeSet } from "./large-set.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * What a process holds after some of its epochs, in bytes.
 *
 * @param {readonly number[]} epochs after which it is measured; the last is the number of epochs trained
 * @returns {Promise<{ epoch: number, rss: number, heapUsed: number, external: number, arrayBuffers: number }[]>}
 */
export async function lookAtEpochs(epochs) {
  const work = await mkdtemp(join(tmpdir(), "heddle-epochs-"));
  try {
    await writeLargeSet(join(work, "clothes"), { images: 600, test: 100 });
    await writeFile(join(work, "small.json"), JSON.stringify(smallModel().toJson()));
    const args = ["train", "small.json", "--data", "clothes", "--epochs", String(epochs.at(-1))];
    const options = ["--validation-split", "0.2", "--threads", "2"];
    const looks = join(work, "looks.json");
    await promisify(execFile)(
      process.execPath,
      [
        "--expose-gc",
        "--import",
        path("look-at-epochs.mjs"),
        path("../../packages/heddle/bin/heddle.js"),
        ...args,
        ...options,
      ],
      { cwd: work, env: { ...process.env, HEDDLE_LOOKS: looks, HEDDLE_LOOK_AT: epochs.join() } },
    );
    return JSON.parse(await readFile(looks, "utf8"));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function smallModel() {
  const { Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, Rescaling, Sequential } = heddle;
  return new Sequential([
    new Input([28, 28, 1]),
    new Rescaling(1 / 255),
    new MaxPooling2D(4),
    new Conv2D(4, 3, { activation: "relu" }),
    new Dropout(0.2),
    new Flatten(),
    new Dense(10, { activation: "softmax" }),
  ]);
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { look: { type: "string", default: "20,65,110,155,200" } } });
  const looks = await lookAtEpochs(values.look.split(",").map(Number));
  const row = (cells) => console.log(`| ${cells.join(" | ")} |`);
  row(["held, KiB", ...looks.map(({ epoch }) => `epoch ${epoch}`)]);
  row(["---", ...looks.map(() => "---:")]);
  for (const what of ["rss", "heapUsed", "external", "arrayBuffers"]) {
    row([
      what,
      ...looks.map((look) => (look[what] / 1024).toLocaleString("en", { maximumFractionDigits: 0 })),
    ]);
  }
}
