import { describe, expect, it } from "vitest";
import { labelRequest, labelsByModel, modelRequests, nameOf, numbered } from "./name-models.js";

describe("names of served models", () => {
  it("are typed before their runs, or with `name`, or come from the run", () => {
    expect(modelRequests(["boots=runs/a", "./a=b", "latest"], undefined)).toEqual([
      { name: "boots", source: "runs/a" },
      { name: undefined, source: "./a=b" },
      { name: undefined, source: "latest" },
    ]);
    expect(modelRequests(["a", "x=b"], "boots").map(({ name }) => name)).toEqual(["boots", "x"]);
    expect(() => modelRequests(["a"], "a/b")).toThrow("`name`: expected a name of letters, digits");
    expect(["models/my boots.keras", "../..hidden", "/"].map(nameOf)).toEqual([
      "my-boots.keras",
      "hidden",
      "model",
    ]);
  });

  it("that are the same are versions of one model", () => {
    const versions = numbered([{ name: "a" }, { name: "b" }, { name: "a" }]);
    expect(versions.map(({ name, version }) => name + version)).toEqual(["a1", "b1", "a2"]);
  });

  it("carry labels with weights", () => {
    const models = numbered([{ name: "a" }, { name: "a" }]);
    const labels = ["stable=1@90", "a:new=2"].map(labelRequest);
    expect(labelsByModel(labels, models).get("a")).toMatchObject([
      { label: "stable", version: "1", weight: 90 },
      { label: "new", version: "2", weight: 0 },
    ]);
    expect(() => labelRequest("stable")).toThrow("expected a label such as stable=1");
    expect(() => labelsByModel([labelRequest("x=3")], models)).toThrow(
      "expected one of the versions of a, 1, 2, received 3",
    );
    expect(() => labelsByModel([labelRequest("b:x=1")], models)).toThrow(
      "expected the name of a model before it: a, received b",
    );
    expect(() => labelsByModel([labels[0]!, labels[0]!], models)).toThrow("received stable twice");
  });
});
