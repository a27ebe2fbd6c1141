import { describe, expect, it } from "vitest";
import { writeZip } from "./containers/zip.js";
import { companionsOf, importModel } from "./import-model.js";
import { importWeights } from "./import-weights.js";
import { modelInFolder } from "./model-in-folder.js";

const ascii = (text: string) => new TextEncoder().encode(text);
const zip = (...names: string[]) =>
  writeZip("a", Object.fromEntries(names.map((name) => [name, ascii("1234567890")])));

describe("files that Heddle does not read", () => {
  it.each<[string, Uint8Array, string, string]>([
    ["net.pt", zip("net/data.pkl", "net/version"), "a file of PyTorch", "torch.onnx.export"],
    ["renamed.keras", zip("archive/data.pkl"), "a file of PyTorch", "safetensors.torch.save_file"],
    ["net.pth", Uint8Array.of(0x80, 2, 0x8a, 10), "a pickle, which may run code", "torch.onnx.export"],
    ["net.bin", Uint8Array.of(0x80, 4, 1, 1), "a pickle, which may run code", 'model.save("net.keras")'],
    ["net.tflite", ascii("\x1c\0\0\0TFL3\0\0"), "a model of TensorFlow Lite", "tf2onnx"],
    ["saved_model.pb", ascii("\x08\x01\x12\x03abc"), "a graph of TensorFlow", "tf2onnx"],
    ["net.ckpt", ascii("anything at all"), "a checkpoint of TensorFlow", "load_weights"],
    ["net.mlmodel", ascii("\x08\x04\x12\x03abc"), "a model of Core ML", "as ONNX"],
    ["net.ort", ascii("\x1c\0\0\0ORTM\0\0"), "a model prepared for ONNX Runtime", "the .onnx file"],
    ["weights.npz", zip("a.npy", "b.npy"), "arrays of NumPy", "`check`"],
    ["net.onnx", new Uint8Array(0), "an empty file", "Get it again"],
    ["net.keras", ascii("\n<!DOCTYPE html><html>"), "a web page", "Download the file itself"],
    ["net.h5", ascii("version https://git-lfs.github.com/spec/v1\n"), "a pointer of Git LFS", "git lfs pull"],
    ["net.h5", Uint8Array.of(0x1f, 0x8b, 8, 0), "a file packed by gzip", "Unpack it first"],
  ])("are named, with what to do instead: %s", async (name, bytes, received, next) => {
    const files = { [name]: bytes };
    const message = new RegExp(
      `^${name}: expected a Keras archive \\(\\.keras\\), .*, received ${received}.*\\. .*${next.replace(/[.()]/g, "\\$&")}`,
    );
    await expect(importModel(files)).rejects.toThrow(message);
    expect(() => companionsOf(files)).toThrow(message);
    await expect(importWeights(undefined as never, files)).rejects.toThrow(`received ${received}`);
  });
});

describe("the model in a folder", () => {
  it.each([
    [["model.json", "group1-shard1of1.bin"], "model.json"],
    [["boots.keras", "notes.txt"], "boots.keras"],
    [["net.onnx", "net.onnx.data"], "net.onnx"],
    [["run.json", "a.keras", "b.keras"], undefined],
    [["config.json", "weights.safetensors"], undefined],
    [["config.json"], undefined],
    [["a.png", "b.png"], undefined],
    [[], undefined],
  ])("is the only one of %j", (names, expected) => {
    expect(modelInFolder("models", names)).toBe(expected);
  });

  it.each([
    [["b.keras", "a.keras"], "2: a.keras, b.keras. Pass the file that you mean, such as models/a.keras."],
    [
      ["boots.h5", "boots.keras", "boots.weights.h5"],
      "2: boots.h5, boots.keras. Pass the file that you mean",
    ],
    [
      ["a.weights.h5"],
      "weights alone, a.weights.h5. Set them in a model: heddle import of that file with `model`",
    ],
    [["a.weights.json", "a_00000.weights.h5"], "weights alone, a.weights.json. Set them in a model"],
    [
      ["a_00000.weights.h5"],
      "parts of weights without their index, a.weights.json. Copy that file here too.",
    ],
    [["group1-shard1of2.bin"], "weights of TensorFlow.js without their model.json. Copy that file here too."],
    [
      ["config.json", "metadata.json", "model.weights.h5"],
      "an unpacked Keras archive. Pack it: in the folder, zip -0 model.keras config.json metadata.json model.weights.h5.",
    ],
    [["config.json", "model.safetensors"], "a model of Hugging Face's transformers. Export it as ONNX"],
    [["saved_model.pb", "variables"], "a graph of TensorFlow (SavedModel or GraphDef)"],
    [["net.pth"], "a file of PyTorch, whose pickles may run code when they are read. In PyTorch"],
    [["net.ckpt.index", "net.ckpt.data-00000-of-00001"], "a checkpoint of TensorFlow"],
  ])("is refused, where it is not clear or not whole: %j", (names, message) => {
    expect(() => modelInFolder("models/", names)).toThrow(`received ${message}`);
  });
});
