// Names are data: no name of a class, a file or a run is ever code, for a parser, a page or a terminal.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { model, table } from "./fixture.mjs";

/** A tag that must never be seen unescaped in a page. */
const TAG = "<x-attack>";

const WORST = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "train",
  "test",
  "latest",
  "..",
  ".",
  "CON",
  "NUL",
  "a\u0001b",
  "\u001b[31mred",
  "\u009b31m",
  "a\ufffeb\uffff",
  "line\u2028separator",
  `</script>${TAG}`,
  `"'\\\`${TAG}`,
  "\u202egnirts",
  "first\nsecond",
  "\r",
  "-rf",
  "--force",
  "$(id)",
  "%s%n",
  "a/b",
  "datum.value",
  "{{x}}",
  "&amp;",
  "]]>",
  "\u00e9",
  "e\u0301",
  "x".repeat(200),
  "\u{1f9f5}",
  " a ",
  "=1+1",
  "\ud800",
];

/** @param {import("./sandbox.mjs").Sandbox} sandbox */
export function names(sandbox) {
  return sandbox.pick([classes, classes, files, runNames])(sandbox);
}

/** A name from the list, random characters, or both. */
function draw(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  const spare = () =>
    String.fromCodePoint(
      ...Array.from(
        { length: 1 + sandbox.below(8) },
        () => 1 + sandbox.below(sandbox.pick([0x7f, 0x2100, 0xd7ff])),
      ),
    );
  return sandbox.pick([() => sandbox.pick(WORST), spare, () => sandbox.pick(WORST) + spare()])();
}

async function classes(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  const drawn = new Map();
  while (drawn.size < 3) {
    // A table holds neither half a character nor spaces around a cell, and reads numbers and empty cells as such.
    const name = draw(sandbox)
      .replace(/\p{Cs}/gu, "x")
      .trim();
    if (/[^\d\s.?+-]/.test(name) && !/^(na|nan|null|none|n\/a|inf|-inf|infinity)$/i.test(name))
      drawn.set(name.toLowerCase().normalize(), name);
  }
  writeFileSync(sandbox.file("data.csv"), table([...drawn.values()], 10));
  writeFileSync(sandbox.file("model.json"), model(3));
  const succeeds = async (/** @type {string[]} */ ...words) => sandbox.succeeds(await sandbox.heddle(words));
  await succeeds("train", "model.json", "--data", "data.csv", "--epochs", "1", "--run-dir", "new");
  const run = sandbox.run("new");
  await sandbox.pick([
    () => succeeds("report", run),
    () => succeeds("explain", run, "--out", "explained"),
    () => succeeds("evaluate", run, "--report", "evaluated/page.html"),
    () => succeeds("data", "data.csv", "--report", "examined", "--no-label-errors"),
    async () => {
      await succeeds("convert", "data.csv", "pictures", "--to", "images");
      await succeeds("data", "pictures");
    },
    async () => {
      await succeeds("convert", "data.csv", "data.npz");
      await succeeds("data", "data.npz");
    },
  ])();
  checkPages(sandbox);
  sandbox.noLeftovers();
}

async function files(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("data.csv", "model.json");
  const name = draw(sandbox).replace(/[\0/]/g, "_").slice(0, 60);
  mkdirSync(sandbox.file("in"));
  writeFileSync(sandbox.file("in", `${name}.csv`), readFileSync(sandbox.file("data.csv")));
  const source = `in/${name}.csv`;
  const words = sandbox.pick([
    ["train", "model.json", "--data", source, "--epochs", "1", "--run-dir", "new"],
    ["train", "model.json", "--data", source, "--epochs", "1", "--run-dir", `in/${name}-runs`],
    ["data", source, "--report", `in/${name}-report`, "--no-label-errors"],
    ["data", source, "--json"],
    ["convert", source, `in/${name}.npz`],
    ["convert", source, `in/${name}-pictures`, "--to", "images"],
    ["train", "model.json", "--data", "data.csv", "--epochs", "1", "--save-recipe", `in/${name}.json`],
    ["train", name],
    ["report", name],
    ["train", "model.json", "--data", "data.csv", "--epochs", "1", "--augment", `${name}=1`],
  ]);
  const ended = await sandbox.heddle(words);
  sandbox.succeedsOrRefuses(ended);
  if (words.includes("--json") && ended.code === 0) JSON.parse(ended.stdout);
  checkPages(sandbox);
  sandbox.noLeftovers();
}

async function runNames(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("finished");
  const [name, action] = [draw(sandbox), sandbox.pick(["rename", "tag"])];
  const ended = await sandbox.heddle(["runs", action, "latest", name, "--run-dir", "finished"]);
  sandbox.succeedsOrRefuses(ended);
  const listed = JSON.parse((await sandbox.heddle(["runs", "--run-dir", "finished", "--json"])).stdout);
  sandbox.hold(listed.runs.length === 1, `the run is lost after runs ${action} ${JSON.stringify(name)}`);
  if (action === "rename" && ended.code === 0)
    sandbox.succeeds(await sandbox.heddle(["report", name, "--run-dir", "finished"]));
}

/** @throws Fault if a page holds a name as markup */
function checkPages(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  for (const path of readdirSync(sandbox.path, { recursive: true, encoding: "utf8" })) {
    if (!/\.(html|svg)$/.test(path)) continue;
    sandbox.hold(!readFileSync(sandbox.file(path), "utf8").includes(TAG), `${path} holds a name as markup`);
  }
}
