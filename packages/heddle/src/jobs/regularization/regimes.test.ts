import { expect, it } from "vitest";
import { type NetworkOptions, networkOf } from "./network.js";
import { labelOf, REFERENCE, regimes, titleOf } from "./regimes.js";

const about = { input: [28, 28, 1], classes: 10, seed: 1 };

it("the published network has the published layers and 50,890 parameters", () => {
  const { network, tried } = regimes.find(({ name }) => name === REFERENCE)!;
  const model = networkOf(network, about);
  expect(tried).toBeUndefined();
  expect(model.parameters).toBe(50_890);
  expect(model.layers.map(({ className }) => className)).toEqual([
    "Rescaling",
    "Conv2D",
    "Conv2D",
    "MaxPooling2D",
    "Dropout",
    "Flatten",
    "Dense",
  ]);
});

it("strides have as many parameters as pooling, and without either there are 189,130", () => {
  const parameters = (name: string) =>
    networkOf(regimes.find((regime) => regime.name === name)!.network, about).parameters;
  expect(parameters("strides")).toBe(parameters("pooling"));
  expect(parameters("none")).toBe(189_130);
});

it("networks of one seed begin with the same convolutions", () => {
  /** Kernel and bias of both convolutions. */
  const convolutions = (network: NetworkOptions) =>
    networkOf(network, about)
      .weights.slice(0, 4)
      .map(({ shape, values }) => ({ shape, values: [...values] }));
  const first = convolutions(regimes[0]!.network);
  expect(first.map(({ shape }) => shape)).toEqual([[3, 3, 1, 16], [16], [3, 3, 16, 32], [32]]);
  expect(first[2]!.values.every((value) => value !== 0)).toBe(true);
  for (const { name, network } of regimes) expect(convolutions(network), name).toEqual(first);
});

it("regimes have different names, and so have the values that are tried for one", () => {
  expect(new Set(regimes.map(({ name }) => name)).size).toBe(regimes.length);
  for (const regime of regimes) {
    const labels = regime.tried?.values.map((value) => titleOf(regime, labelOf(regime, value))) ?? [];
    expect(new Set(labels).size, regime.name).toBe(regime.tried?.values.length ?? 0);
  }
  expect(titleOf(regimes[1]!, labelOf(regimes[1]!, 1e-5))).toBe("L1 1e-5");
  expect(titleOf(regimes[0]!, labelOf(regimes[0]!, undefined))).toBe("None");
});
