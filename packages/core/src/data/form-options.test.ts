import { describe, expect, it } from "vitest";
import { checkFormOptions, formOptions } from "./form-options.js";

describe("checkFormOptions", () => {
  it("accepts what a form of data is read by, and nothing at all", () => {
    checkFormOptions("idx", {});
    checkFormOptions("csv", { missing: "zero", shape: [28, 20, 1] });
    checkFormOptions("images", { missing: "error", size: [32, 32] });
  });

  it("refuses what would be ignored", () => {
    expect(() => checkFormOptions("idx", { size: [32, 32] })).toThrow(
      "--size: expected a folder of pictures, received IDX files. Leave it out, or name other data.",
    );
    expect(() => checkFormOptions("images", { shape: [32, 32, 3] })).toThrow(
      "--shape: expected a CSV or an npz file, received a folder of pictures.",
    );
    expect(() => checkFormOptions("generated", { missing: "zero" })).toThrow(
      "received images drawn by code.",
    );
  });
});

describe("formOptions", () => {
  it("takes what was said before where it is about such data and nothing else is said", () => {
    const before = { missing: "zero", size: [2, 2] } as const;
    expect(formOptions("csv", {}, before)).toEqual({ missing: "zero" });
    expect(formOptions("images", { missing: "error" }, before)).toEqual({ missing: "error", size: [2, 2] });
  });
});
