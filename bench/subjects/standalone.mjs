// How long standalone modules take for an image: plain loops and WebAssembly, in this build and in others, and loops as one
// writes them first.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { measureIn } from "../lib/processes.mjs";
import { caption, machine, median, number, publish, ratio, table } from "../lib/report.mjs";
import { inTurn } from "../lib/turns.mjs";

const self = fileURLToPath(new URL("../..", import.meta.url));

/** @param options rounds, nodes, against (other checkouts, built), out */
export async function measureStandalone({ rounds, nodes, against, out }) {
  const folder = mkdtempSync(join(tmpdir(), "heddle-standalone-"));
  const measured = [];
  try {
    const modules = { naive: fileURLToPath(new URL("../lib/naive-loops.mjs", import.meta.url)) };
    for (const [index, build] of [self, ...against.map((path) => resolve(path))].entries()) {
      for (const [name, wasm] of index === 0
        ? [
            ["plain", false],
            ["wasm", true],
          ]
        : [["plain", false]]) {
        const path = join(folder, `${name}-${index}.mjs`);
        writeFileSync(path, await exported(build, wasm));
        modules[index === 0 ? name : `${name} of ${against[index - 1]}`] = path;
      }
    }
    const jobs = Object.entries(modules).flatMap(([name, path]) =>
      (name === "wasm" ? [1, 64] : [1]).map((images) => ({ name, path, images })),
    );
    for (const node of nodes) {
      for (let round = 1; round <= rounds; round++) {
        for (const { name, path, images } of inTurn(jobs, round)) {
          const program = fileURLToPath(new URL("../heddle/standalone.mjs", import.meta.url));
          const run = measureIn(node, [program, pathToFileURL(path).href, images]);
          measured.push({ round, name, images, ...run });
          console.log(
            `round ${round}  Node ${run.node}, ${name}, ${images}: ${number(run.milliseconds, 3)} ms an image`,
          );
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const result = { measuredAt: new Date().toISOString(), machine, threads: 1, rounds, measured };
  publish("standalone", result, lines(result), out);
}

/** The text of the study's CNN as a module that a build exports. */
async function exported(build, wasm) {
  const from = (path) => import(pathToFileURL(join(build, path)).href);
  const { studyModel } = await from("packages/core/dist/recipes/study-recipe.js");
  const { exportModel } = await from("packages/interchange/dist/index.js");
  const model = studyModel({ input: [28, 28, 1], classes: 10, seed: 42 });
  try {
    const files = await exportModel(model, "mjs", { name: "m", wasm });
    return files["m.mjs"];
  } finally {
    model.dispose();
  }
}

function lines(result) {
  const { measured } = result;
  const nodes = [...new Set(measured.map(({ node }) => node))];
  const of = (name, images, node) =>
    median(
      measured
        .filter((run) => run.name === name && run.images === images && run.node === node)
        .map((run) => run.milliseconds),
    );
  const names = [...new Set(measured.map(({ name, images }) => JSON.stringify([name, images])))].map(
    JSON.parse,
  );
  const words = { naive: "loops as one writes them first", plain: "`--to mjs`", wasm: "`--to mjs --wasm`" };
  const rows = names.map(([name, images]) => [
    `${words[name] ?? name}, ${images === 1 ? "one image" : `${images} images`} a call`,
    ...nodes.flatMap((node) => {
      const own = of(name, images, node);
      return [number(own, 3), ratio(of("naive", 1, node), own)];
    }),
  ]);
  const head = ["", ...nodes.flatMap((node) => [`Node ${node}: ms an image`, "against the first"])];
  return [
    caption(result, "the study's CNN on one core; each in a fresh process; medians."),
    "",
    ...table([head, ...rows]),
  ];
}
