import { describe, expect, it } from "vitest";
import { flatConfiguration } from "./flat-configuration.js";

const layer = (kind: string, name: string, config: object) => ({
  class_name: kind,
  config: { name, ...config },
});

describe("flatConfiguration", () => {
  it("gives each setting a name and each layer its own", () => {
    const flat = flatConfiguration({
      epochs: 3,
      limit: null,
      optimizer: {
        class_name: "Adam",
        config: { beta_1: 0.9, learning_rate: { class_name: "OneCycle", config: { peak: 0.003 } } },
      },
      model: {
        class_name: "Sequential",
        config: { name: "m", layers: [layer("Conv2D", "conv2d", { filters: 16, kernel_size: [3, 3] })] },
      },
      recipe: { heddleRecipe: 1 },
    } as never);
    expect(Object.fromEntries(flat)).toEqual({
      epochs: "3",
      limit: "none",
      optimizer: "Adam",
      "optimizer.beta_1": "0.9",
      "optimizer.learning_rate": "OneCycle",
      "optimizer.learning_rate.peak": "0.003",
      "model.layers": "conv2d",
      "model.conv2d": "Conv2D",
      "model.conv2d.filters": "16",
      "model.conv2d.kernel_size": "[3,3]",
    });
  });

  it("tells what a layer of a graph reads", () => {
    const reads = [{ args: [{ class_name: "__keras_tensor__", config: { keras_history: ["a", 0, 0] } }] }];
    const flat = flatConfiguration({
      model: {
        class_name: "Functional",
        config: { layers: [{ class_name: "Add", name: "add", config: {}, inbound_nodes: reads }] },
      },
    } as never);
    expect(flat.get("model.add.reads")).toBe("a");
  });

  it("takes whatever a file holds", () => {
    expect([...flatConfiguration({ model: 7, epochs: [{}], loss: {} } as never)]).toEqual([
      ["model", "7"],
      ["epochs", "[{}]"],
    ]);
  });
});
