import { expect, it } from "vitest";
import { type NetworkOptions, networkOf } from "./network.js";
import { REFERENCE, regimes } from "./regimes.js";

const about = { input: [28, 28, 1], classes: 10, seed: 1 };

it("the published network has the published layers and 50,890 parameters", () => {
  const { settings } = regimes.find(({ name }) => name === REFERENCE)!;
  const model = networkOf(settings[0]!.network, about);
  expect(settings).toHaveLength(1);
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
    networkOf(regimes.find((regime) => regime.name === name)!.settings[0]!.network, about).parameters;
  expect(parameters("strides")).toBe(parameters("pooling"));
  expect(parameters("none")).toBe(189_130);
});

it("networks of one seed begin with the same convolutions", () => {
  /** Kernel and bias of both convolutions. */
  const convolutions = (network: NetworkOptions) =>
    networkOf(network, about)
      .weights.slice(0, 4)
      .map(({ shape, values }) => ({ shape, values: [...values] }));
  const first = convolutions(regimes[0]!.settings[0]!.network);
  expect(first.map(({ shape }) => shape)).toEqual([[3, 3, 1, 16], [16], [3, 3, 16, 32], [32]]);
  expect(first[2]!.values.every((value) => value !== 0)).toBe(true);
  for (const { name, settings } of regimes) {
    for (const { network } of settings) expect(convolutions(network), name).toEqual(first);
  }
});

it("regimes have different names, and the settings of a regime differ in label and value", () => {
  expect(new Set(regimes.map(({ name }) => name)).size).toBe(regimes.length);
  for (const { name, settings } of regimes) {
    expect(new Set(settings.map(({ label }) => label)).size, name).toBe(settings.length);
    expect(new Set(settings.map((setting) => JSON.stringify(setting))).size, name).toBe(settings.length);
  }
});
