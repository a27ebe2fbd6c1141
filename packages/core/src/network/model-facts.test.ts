import { describe, expect, it } from "vitest";
import { Conv2D, Dense, input } from "../layers/index.js";
import { modelFromJson } from "../model/load.js";
import { Model } from "../model/model.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "./input.js";

const ending = (units: number) => new Sequential([new Input([3]), new Dense(units)]);
const rule = { range: [0, 1], grey: "rec601", invertLight: true } as const;

/** The model's JSON as it is in a file. */
const written = (model: Model) => JSON.parse(JSON.stringify(model.toJson()));

describe("what a model knows about its pictures and classes", () => {
  it("is in its JSON next to what Keras reads, and comes back from it", () => {
    const model = ending(2);
    model.classes = ["bag", "Schnürschuh"];
    model.pictures = rule;
    const json = written(model);
    expect(json.heddle).toEqual({
      classes: ["bag", "Schnürschuh"],
      pictures: { range: [0, 1], grey: "rec601", invert_light: true },
    });
    const copy = modelFromJson("file", json);
    expect([copy.classes, copy.pictures]).toEqual([["bag", "Schnürschuh"], rule]);
    expect(written(copy)).toEqual(json);
  });

  it("is kept for functional models, and can be an option", () => {
    const inputs = input([3]);
    const outputs = new Dense(1).apply(inputs);
    const json = written(new Model({ inputs, outputs }, { classes: ["no", "yes"] }));
    expect(json.class_name).toBe("Functional");
    expect(modelFromJson("file", json).classes).toEqual(["no", "yes"]);
    expect(modelFromJson("file", json, { classes: ["a", "b"] }).classes).toEqual(["a", "b"]);
  });

  it("leaves the JSON of a model without it as it was", () => {
    const model = ending(2);
    expect(Object.keys(model.toJson())).toEqual(["module", "class_name", "config", "registered_name"]);
    expect(modelFromJson("file", written(model)).classes).toBeUndefined();
  });

  it.each([
    [["bag"], 'expected the names of 2 classes, received ["bag"]'],
    [[1, 2], "expected classes as a list of names, received [1,2]"],
    ["ab", 'expected classes as a list of names, received "ab"'],
  ])("refuses classes that are not a name for each output: %j", (classes, text) => {
    const model = ending(2);
    expect(() => {
      model.classes = classes as string[];
    }).toThrow(text);
    const json = { ...written(model), heddle: { classes } };
    expect(() => modelFromJson("config.json", json)).toThrow(text);
  });

  it("refuses classes for outputs that are images", () => {
    const model = new Sequential([new Input([6, 5, 1]), new Conv2D(2, 3)]);
    expect(() => {
      model.classes = ["a", "b"];
    }).toThrow("expected classes for a model with one number for each class, received [4,3,2]");
  });

  it.each([
    [[], "config.json: expected heddle as an object, received []"],
    [{ pictures: 1 }, "config.json: expected pictures as an object, received 1"],
    [{ pictures: {} }, "config.json: expected pictures with a range [black, white], received nothing"],
    [{ pictures: { range: [1, 1] } }, "a range [black, white], received [1,1]"],
    [{ pictures: { range: [0, 1], grey: "mean" } }, 'config.json: expected pictures with grey "rec601"'],
    [
      { pictures: { range: [0, 1], grey: "rec601" } },
      "pictures that say whether to invert, received nothing",
    ],
  ])("refuses a damaged entry: %j", (heddle, text) => {
    expect(() => modelFromJson("config.json", { ...written(ending(2)), heddle })).toThrow(text);
  });
});
