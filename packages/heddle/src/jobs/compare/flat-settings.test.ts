import type { JsonObject } from "@heddle/core/internal/base/json.js";
import { recipeOf } from "@heddle/core/internal/recipes/recipe.js";
import { resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { runRecord } from "@heddle/core/internal/records/run-record.testing.js";
import { describe, expect, it } from "vitest";
import { flatSettings } from "./flat-settings.js";

const layer = (kind: string, name: string, config: object) => ({
  class_name: kind,
  config: { name, ...config },
});

/** The values of a run's model. */
function flatModel(model: JsonObject): Record<string, string> {
  const flat = flatSettings(runRecord({ model }));
  return Object.fromEntries([...flat].filter(([name]) => name.startsWith("model")));
}

describe("flatSettings", () => {
  it("lists each setting under a name, but not the data and the model's source", () => {
    const recipe = recipeOf(resolveSettings({ augment: { flip: "both" }, data: "a.csv", size: [3, 4] }, {}));
    const flat = Object.fromEntries(
      flatSettings(runRecord({ recipe, checkpoints: { every: { steps: 5 } } })),
    );
    expect(flat).toMatchObject({
      epochs: "28",
      learningRate: "0.003",
      "augment.flip": "both",
      size: "[3,4]",
      "checkpoints.every.steps": "5",
    });
    for (const name of ["model", "data", "heddleRecipe", "l2"]) expect(flat).not.toHaveProperty(name);
  });

  it("lists the options of a layer under its name", () => {
    const conv = layer("Conv2D", "conv2d", { filters: 16, kernel_size: [3, 3], kernel_regularizer: null });
    expect(flatModel({ class_name: "Sequential", config: { name: "m", layers: [conv] } })).toEqual({
      "model.layers": "conv2d",
      "model.conv2d": "Conv2D",
      "model.conv2d.filters": "16",
      "model.conv2d.kernel_size": "[3,3]",
      "model.conv2d.kernel_regularizer": "none",
    });
  });

  it("lists what a layer of a graph reads", () => {
    const reads = [{ args: [{ class_name: "__keras_tensor__", config: { keras_history: ["a", 0, 0] } }] }];
    const add = { class_name: "Add", name: "add", config: {}, inbound_nodes: reads };
    const flat = flatModel({ class_name: "Functional", config: { layers: [add] } });
    expect(flat["model.add.reads"]).toBe("a");
  });

  it("accepts any model that a file may hold", () => {
    expect(flatModel({ class_name: "Sequential", config: 7 })).toEqual({
      model: "Sequential",
    });
    expect(flatModel({})).toEqual({});
  });
});
