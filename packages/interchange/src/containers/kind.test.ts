import { describe, expect, it } from "vitest";
import { modelFileKind } from "./kind.js";

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe("modelFileKind", () => {
  it.each([
    ["a zip archive", Uint8Array.of(0x50, 0x4b, 0x03, 0x04, 20, 0), "zip"],
    ["HDF5", Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0), "hdf5"],
    ["JSON", bytesOf('{"modelTopology": {}}'), "json"],
    ["JSON after a byte order mark and white space", bytesOf('\ufeff\n  {"a": 1}'), "json"],
    ["safetensors", Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0, ...bytesOf('{"a":{}}')), "safetensors"],
    ["ONNX, which has no signature", Uint8Array.of(0x08, 0x0a, 0x12, 0x05), "other"],
    ["nothing", new Uint8Array(), "other"],
  ])("knows %s", (_, bytes, kind) => {
    expect(modelFileKind(bytes)).toBe(kind);
  });
});
