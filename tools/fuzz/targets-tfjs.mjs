// TensorFlow.js's models: the JSON, a zero byte, and the weights.
import { readFileSync } from "node:fs";
import { importModel } from "../../packages/interchange/dist/index.js";
import { check, fingerprint } from "./check.mjs";

const SHARDS = ["model.weights.bin", "group1-shard1of1.bin"];

/** Cases of real TensorFlow.js whose weights are in one file. */
function corpus() {
  const path = (/** @type {string} */ file) => new URL(`../../tests/golden/${file}`, import.meta.url);
  return ["tfjs-models.json", "tfjs-keras3.json"].flatMap((file) => {
    /** @type {{ cases: { files: Record<string, string> }[] }} */
    const { cases } = JSON.parse(readFileSync(path(file), "utf8"));
    return cases.flatMap(({ files: { "model.json": json, ...others } }) => {
      const [weights, ...more] = Object.values(others);
      if (!json || !weights || more.length > 0) return [];
      return [
        Uint8Array.from(
          Buffer.concat([Buffer.from(json, "base64"), Buffer.of(0), Buffer.from(weights, "base64")]),
        ),
      ];
    });
  });
}

/** @type {readonly import("./targets.mjs").Target[]} */
export const tfjsTargets = [
  {
    name: "tfjs",
    what: "models, TensorFlow.js",
    redundancy: "sizes",
    corpus,
    tokens: [
      ...[
        '"dtype":"uint8"',
        '"quantization":{"dtype":"uint16","scale":1e300,"min":-1}',
        '"float16"',
        '"paths":[]',
      ],
      ...[
        '"model.weights.bin"',
        '"../x"',
        '"shape":[1e9,1e9]',
        '"__proto__":',
        '"group":"optimizer"',
        "vars/0",
      ],
      ...['"model_config":', '"graph-model"', '"class_name":"Lambda"', '"inbound_nodes":'],
    ],
    parse: async (bytes) => {
      const end = bytes.indexOf(0);
      const weights = end < 0 ? new Uint8Array(0) : bytes.slice(end + 1);
      const shards = Object.fromEntries(SHARDS.map((name) => [name, weights]));
      const json = end < 0 ? bytes : bytes.slice(0, end);
      const model = await importModel({ "model.json": json, ...shards }, { onWarning: () => {} });
      const numbers = model.weights.map((weight) => weight.read());
      check(
        numbers.reduce((sum, { length }) => sum + length, 0) === model.parameters,
        "as many weights as parameters",
      );
      return fingerprint(JSON.stringify(model.getConfig()), ...numbers);
    },
  },
];
