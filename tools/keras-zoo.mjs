// Builds models of all kinds in real Keras, reads them, compares predictions and ten training steps, has Keras read what
// Heddle writes of them, and writes docs/keras-models.md. Results of models that are not named stay.
// usage: node tools/keras-zoo.mjs --python PYTHON [NAME …]; PYTHON has keras and tensorflow
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compare } from "./keras-zoo/compare.mjs";
import { pageOf } from "./keras-zoo/page.mjs";

const { values, positionals } = parseArgs({
  options: { python: { type: "string" } },
  allowPositionals: true,
});
const root = fileURLToPath(new URL("..", import.meta.url));
const results = join(root, "tools/keras-zoo/results.json");
const page = join(root, "docs/keras-models.md");
const python = values.python ?? "python3";
const script = (name) => join(root, "tools/keras-zoo", name);

const known = new Map(JSON.parse(readFileSync(results, "utf8")).map((row) => [row.name, row]));
const folder = mkdtempSync(join(tmpdir(), "heddle-zoo-"));
/** The files of what Heddle writes, and the models that they are of. */
const written = new Map();
try {
  const asking = spawn(python, [script("ask-keras.py"), folder, ...positionals], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => asking.on("close", resolve));
  for await (const line of createInterface({ input: asking.stdout })) {
    const { folder: made, group, name } = JSON.parse(line);
    const { json, ...row } = await compare(made);
    rmSync(made, { recursive: true });
    known.set(name, { name, group, ...row });
    console.log(JSON.stringify(known.get(name)));
    save();
    if (json) {
      const file = join(folder, `${written.size}.json`);
      writeFileSync(file, JSON.stringify(json));
      written.set(file, name);
    }
  }
  if ((await ended) !== 0) throw new Error(`${python} ended with code ${asking.exitCode}`);
  readBack();
  save();
  writeFileSync(page, pageOf([...known.values()]));
} finally {
  rmSync(folder, { recursive: true });
}

function save() {
  writeFileSync(results, `${JSON.stringify([...known.values()], null, 2)}\n`);
}

/** Fails unless Keras reads what Heddle writes. */
function readBack() {
  const { stdout } = spawnSync(python, [script("read-back.py"), ...written.keys()], { encoding: "utf8" });
  for (const line of stdout.trim().split("\n").filter(Boolean)) {
    const { file, parameters, error } = JSON.parse(line);
    const row = known.get(written.get(file));
    if (parameters !== row.parameters)
      throw new Error(`${row.name}, read back by Keras: ${error ?? parameters}`);
    row.readBack = true;
  }
}
