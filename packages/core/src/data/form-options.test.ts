import { describe, expect, it } from "vitest";
import { checkFormOptions, formOptions } from "./form-options.js";

describe("checkFormOptions", () => {
  it("accepts options that apply to the form, and no options", () => {
    checkFormOptions("idx", {});
    checkFormOptions("csv", { missing: "zero", shape: [28, 20, 1] });
    checkFormOptions("images", { missing: "error", size: [32, 32] });
  });

  it("refuses options that would be ignored", () => {
    expect(() => checkFormOptions("idx", { size: [32, 32] })).toThrow(
      "`size`: expected a folder of pictures or Parquet files, received IDX files. Remove it, or choose other data.",
    );
    expect(() => checkFormOptions("images", { shape: [32, 32, 3] })).toThrow(
      "`shape`: expected a CSV or an npz file, received a folder of pictures.",
    );
    expect(() => checkFormOptions("generated", { missing: "zero" })).toThrow(
      "received images drawn by code.",
    );
  });
});

describe("formOptions", () => {
  it("falls back to defaults that apply to the form", () => {
    const defaults = { missing: "zero", size: [2, 2] } as const;
    expect(formOptions("csv", {}, defaults)).toEqual({ missing: "zero" });
    expect(formOptions("images", { missing: "error" }, defaults)).toEqual({ missing: "error", size: [2, 2] });
  });
});
