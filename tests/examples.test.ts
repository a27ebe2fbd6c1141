import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadModel } from "../packages/core/dist/index.js";
import { Workspace } from "./cli.js";
import { readDocument, root } from "./documents.js";

const examples = join(root, "examples");
const workspace = new Workspace();

function runExample(name: string, ...words: readonly string[]) {
  return workspace.spawn(process.execPath, [join(examples, name), ...words]).finished;
}

it("every example is listed in examples/README.md", async () => {
  const text = readDocument("examples/README.md");
  for (const name of await readdir(examples)) {
    if (name.endsWith(".mjs")) expect(text).toContain(`[${name}](${name})`);
  }
});

it("fashion-mnist.mjs, the shortest program, trains", async () => {
  const { code, stdout, stderr } = await runExample("fashion-mnist.mjs", "fashion-sketch");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const accuracy = Number(/accuracy: ([\d.]+)/.exec(stdout)![1]);
  expect(accuracy).toBeGreaterThan(0.5);
});

it.each([
  ["lenet5.mjs", /test accuracy 0\.\d{4}, loss \d/],
  ["resnet.mjs", /test accuracy 0\.\d{4}, loss \d/],
  ["mobilenet.mjs", /test accuracy 0\.\d{4}, loss \d/],
  ["autoencoder.mjs", /test loss 0\.\d{4} \{ \w+: 0\.\d+ \}/],
  ["transfer.mjs", /frozen [01]\.\d{4} {2}fine-tuned [01]\.\d{4} {2}without transfer [01]\.\d{4}/],
])("%s trains for a moment", async (name, result) => {
  const { code, stdout, stderr } = await runExample(name, "1", "fashion-sketch", "256");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(result);
});

it("train-your-own.mjs trains to the same bits twice", async () => {
  const saved = workspace.file("stripes");
  const { code, stdout, stderr } = await runExample("train-your-own.mjs", "2", saved);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const accuracies = [...stdout.matchAll(/validation accuracy ([\d.]+)/g)].map((match) => Number(match[1]));
  expect(accuracies).toHaveLength(2);
  expect(accuracies.at(-1)).toBeGreaterThan(0.6);
  expect((await runExample("train-your-own.mjs", "2", saved)).stdout).toBe(stdout);

  const model = await loadModel(saved);
  expect(stdout).toContain(`weights ${await model.weightsSha256()}`);
});
