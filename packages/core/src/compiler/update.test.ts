import { expect, it } from "vitest";
import type { ConstraintName } from "../constraints/index.js";
import { Dense } from "../layers/index.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "../network/input.js";
import { Adam, Muon, type Optimizer, SGD } from "../optimizers/index.js";

/** The phases after the gradients: the kernels of each one's tasks. */
async function updatePhases(optimizer: Optimizer, kernelConstraint?: ConstraintName) {
  const layer = new Dense(100, { name: "wide", ...(kernelConstraint ? { kernelConstraint } : {}) });
  const layers = [new Input([70]), layer, new Dense(3, { name: "head", activation: "softmax" })];
  const model = new Sequential(layers);
  model.compile({ optimizer, threads: 1 });
  const { program } = await model.trainingProgram(4);
  model.dispose();
  const phases = program.phases.map((phase) => {
    const tasks = "tasks" in phase ? phase.tasks : [phase.perShard];
    return [phase.name, tasks.map((calls) => calls.map(({ kernel }) => kernel))] as const;
  });
  return Object.fromEntries(phases.slice(phases.findIndex(([name]) => name === "gradients") + 1));
}

it("an update is one phase with one kernel call for each range of weights by default", async () => {
  // 7,000 + 112 + 304 + 16 floats: two ranges of 4,096 at most.
  expect(await updatePhases(new Adam())).toEqual({ update: [["adam"], ["adam"]] });
});

it("an update has further phases and calls for clipping, decay, averages and constraints", async () => {
  expect(await updatePhases(new SGD({ clipvalue: 1, weightDecay: 0.1, useEma: true }))).toEqual({
    update: new Array(2).fill(["clipValue", "decayWeights", "sgd", "averageWeights"]),
  });
  expect(await updatePhases(new SGD({ clipnorm: 1 }))).toEqual({
    clipping: new Array(4).fill(["clipNorm"]),
    update: [["sgd"], ["sgd"]],
  });
  expect(await updatePhases(new SGD({ globalClipnorm: 1 }), "nonNeg")).toEqual({
    norms: new Array(4).fill(["sumSquares"]),
    update: new Array(2).fill(["clipGlobalNorm", "sgd"]),
    constraints: [["nonNegative"]],
  });
});

it("an update is cut where neighbouring weights are updated differently", async () => {
  const decaying = new SGD({ weightDecay: 0.1 });
  decaying.excludeFromWeightDecay("bias");
  expect(await updatePhases(decaying)).toEqual({
    update: [["decayWeights", "sgd"], ["decayWeights", "sgd"], ["sgd"], ["decayWeights", "sgd"], ["sgd"]],
  });
  // Muon takes a whole kernel as one task, however large.
  const muon = new Muon({ excludeLayers: ["head"], weightDecay: 0, adamWeightDecay: null });
  expect(await updatePhases(muon)).toEqual({ update: [["muon"], ["adam"]] });
});
