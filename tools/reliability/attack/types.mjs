// Types are checked: a value of a wrong type is refused by name, or changes nothing.
import { readFileSync, writeFileSync } from "node:fs";

const VALUES = [
  null,
  "",
  "0.5",
  "x",
  "0x10",
  [],
  {},
  [5],
  [[]],
  { a: 1 },
  true,
  false,
  0,
  -1,
  1e300,
  0.5,
  "false",
  [null],
];

/** What `null` says in Keras's JSON: none, which is another model. */
const MAY_BE_NULL = /^(activation|batch_shape|kernel_regularizer|bias_regularizer|seed)$/;

const OPTIONS = [
  "--epochs",
  "--batch-size",
  "--lr",
  "--l2",
  "--dropout",
  "--seed",
  "--limit",
  "--threads",
  "--validation-split",
  "--label-smoothing",
  "--momentum",
  "--weight-decay",
  "--clip-norm",
  "--ema",
  "--warmup",
  "--early-stopping",
  "--keep-checkpoints",
  "--size",
  "--schedule",
  "--optimizer",
  "--missing",
  "--augment",
  "--budget",
  "--checkpoint-every",
  "--class-weights",
];
const WRONG = [
  "",
  "x",
  "[]",
  "{}",
  "null",
  "true",
  "0x10",
  "1e999",
  "-1",
  "NaN",
  "1,5",
  " ",
  "__proto__",
  "١",
];

/** @param {import("./sandbox.mjs").Sandbox} sandbox */
export async function types(sandbox) {
  sandbox.take("data.csv", "finished");
  await sandbox.pick([modelOrRecipe, modelOrRecipe, modelOrRecipe, record, options])(sandbox);
  sandbox.noLeftovers();
}

const typeOf = (/** @type {unknown} */ value) =>
  value === null ? "null" : Array.isArray(value) ? "list" : typeof value;

/**
 * Puts a value of another type somewhere into a JSON document.
 *
 * @param {import("./sandbox.mjs").Sandbox} sandbox
 * @param {any} document
 * @returns {{ key: string, value: unknown }} what it changed
 */
function mutate(sandbox, document) {
  /** @type {{ parent: any, key: string }[]} */
  const places = [];
  const visit = (/** @type {any} */ parent) => {
    for (const key of Object.keys(parent)) {
      places.push({ parent, key });
      if (typeof parent[key] === "object" && parent[key] !== null) visit(parent[key]);
    }
  };
  visit(document);
  const { parent, key } = sandbox.pick(places);
  const before = parent[key];
  const value = sandbox.pick(
    VALUES.filter((one) => typeOf(one) !== typeOf(before) && !(one === null && MAY_BE_NULL.test(key))),
  );
  parent[key] = value;
  return { key, value };
}

/** What a training of two epochs gives. */
const weightsOf = (/** @type {import("./sandbox.mjs").Ended} */ { stdout }) =>
  /Weights SHA-256\s+(\w+)/.exec(stdout)?.[1];

async function modelOrRecipe(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  const run = sandbox.run("finished");
  const record = JSON.parse(readFileSync(sandbox.file(run, "run.json"), "utf8"));
  const isModel = sandbox.chance(2);
  const document = isModel ? record.model : record.recipe;
  const training = [
    "train",
    "document.json",
    "--data",
    "data.csv",
    "--run-dir",
    "new",
    "--offline",
    "--epochs",
    "2",
  ];
  const changed = sandbox.chance(6) ? addKey(sandbox, document) : mutate(sandbox, document);
  writeFileSync(sandbox.file("document.json"), JSON.stringify(document));
  sandbox.log.push(`${isModel ? "model" : "recipe"}: ${changed.key} is ${JSON.stringify(changed.value)}`);
  const ended = await sandbox.heddle(training);
  if (ended.code !== 0) return sandbox.refuses(ended);
  sandbox.hold(changed.key !== "sclae", "an unknown key was accepted");
  sandbox.hold(
    weightsOf(ended) === record.weightsSha256,
    `${changed.key}: ${JSON.stringify(changed.value)} was accepted and made another model`,
  );
}

/** A key that nobody knows, into a layer or the recipe. */
function addKey(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox, /** @type {any} */ document) {
  const layers = (document.model ?? document).config.layers;
  const parent =
    document.heddleRecipe !== undefined && sandbox.chance(2) ? document : sandbox.pick(layers).config;
  parent.sclae = 3;
  return { key: "sclae", value: 3 };
}

async function record(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  const run = sandbox.run("finished");
  const file = sandbox.pick([
    "run.json",
    "run.json",
    "metrics.json",
    "evaluation.json",
    "dataset.json",
    "model/config.json",
  ]);
  const document = JSON.parse(readFileSync(sandbox.file(run, file), "utf8"));
  const { key, value } = mutate(sandbox, document);
  writeFileSync(sandbox.file(run, file), JSON.stringify(document));
  sandbox.log.push(`${file}: ${key} is ${JSON.stringify(value)}`);
  const words = sandbox.pick([
    ["report", run],
    ["evaluate", run],
    ["compare", run, run],
    ["predict", run, "data.csv"],
    ["runs", "tag", run, "x", "--run-dir", "finished"],
  ]);
  sandbox.succeedsOrRefuses(await sandbox.heddle(words));
  sandbox.succeeds(await sandbox.heddle(["runs", "--run-dir", "finished"]));
}

async function options(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("model.json");
  const [option, value] = [sandbox.pick(OPTIONS), sandbox.pick(WRONG)];
  const ended = await sandbox.heddle([
    "train",
    "model.json",
    "--data",
    "data.csv",
    "--epochs",
    "1",
    "--run-dir",
    "new",
    `${option}=${value}`,
  ]);
  sandbox.refuses(ended, option);
}
