import { describe, expect, it } from "vitest";
import { HeddleError } from "./errors.js";
import type { JsonObject } from "./json.js";
import { Registry, serialize } from "./registry.js";

const shape = (className: string) => ({
  fromConfig: (config: JsonObject) => ({ className, getConfig: () => config }),
});
const shapes = new Registry("shape", { CircleOfPoints: shape("CircleOfPoints"), Square: shape("Square") });

describe("a registry", () => {
  it.each(["CircleOfPoints", "circleOfPoints", "circle_of_points", "CIRCLEOFPOINTS"])("finds %s", (name) => {
    expect(shapes.create("test", name).className).toBe("CircleOfPoints");
  });

  it("passes the configuration to the class, an empty one by default", () => {
    expect(shapes.create("test", "square", { side: 2 }).getConfig()).toEqual({ side: 2 });
    expect(shapes.create("test", "square").getConfig()).toEqual({});
  });

  it("reads what serialize wrote", () => {
    const square = shapes.create("test", "square", { side: 2 });
    expect(serialize(square)).toEqual({ class_name: "Square", config: { side: 2 } });
    expect(shapes.deserialize("test", serialize(square)).getConfig()).toEqual({ side: 2 });
    expect(shapes.deserialize("test", { class_name: "Square" }).getConfig()).toEqual({});
  });

  it.each(["triangle", "", "__proto__", "constructor", "toString"])("refuses %j as a name", (name) => {
    expect(() => shapes.create("Layer x", name)).toThrow(
      new HeddleError(
        `Layer x: expected shape to be one of CircleOfPoints, Square, received ${JSON.stringify(name)}. Choose one of them.`,
      ),
    );
  });

  it("suggests the nearest name, in either spelling", () => {
    for (const name of ["circle_of_point", "CircelOfPoints"])
      expect(() => shapes.create("Layer x", name)).toThrow(
        `received "${name}". Did you mean CircleOfPoints?`,
      );
  });

  it.each([
    [null, "null"],
    [undefined, "nothing"],
    ["square", '"square"'],
    [{ config: {} }, '{"config":{}}'],
    [[1], "[1]"],
  ])("refuses %j as a configuration", (value, received) => {
    expect(() => shapes.deserialize("config.json", value)).toThrow(
      new HeddleError(
        `config.json: expected shape as an object with class_name and config, received ${received}. Check the configuration file.`,
      ),
    );
  });
});
