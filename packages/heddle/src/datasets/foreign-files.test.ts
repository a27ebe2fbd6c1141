import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { eventRecord } from "@heddle/core/internal/formats/event-file.js";
import { zipSync } from "fflate";
import { expect, it } from "vitest";
import { foreignFile } from "./foreign-files.js";
import { loadDataset } from "./load.js";
import { temporaryFolder } from "./tiny-dataset.testing.js";

/** The beginnings of files that other tools wrote (tools/golden/foreign-files.py), in base64. */
const golden: Record<string, string> = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/foreign-files.json", import.meta.url), "utf8"),
);
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));

it.each(Object.keys(golden))("says of a file that it is %s", (what) => {
  expect(foreignFile(Buffer.from(golden[what]!, "base64"))!.what).toContain(
    what.replace(/ of protocol.*/, ""),
  );
});

it.each([
  [
    "a MATLAB file",
    bytes("MATLAB 5.0 MAT-file, Platform: posix, Created on: Mon Nov 30"),
    "scipy.io.loadmat",
  ],
  ["a TFRecord file", eventRecord({ wallTime: 1, fileVersion: "brain.Event:2" }), "TFRecordDataset"],
  ["a RAR archive", bytes("Rar!\u001a\u0007\u0000"), "unrar"],
  ["a file of PyTorch", zipSync({ "mnist/data.pkl": bytes("x"), "mnist/data/0": bytes("x") }), "torch.load"],
  [
    "an Excel file",
    zipSync({ "[Content_Types].xml": bytes("x"), "xl/workbook.xml": bytes("x") }),
    "Save it as CSV.",
  ],
  ["JSON", bytes('[\n{"label": 3, "pixels": [0, 1]}]'), "Save it as CSV."],
  ["a model in JSON", bytes('{"module": "keras", "class_name": "Sequential"'), "the data that it is for"],
  ["a web page", bytes("\n<!DOCTYPE html><html><title>Sign in</title>"), "Download the file again"],
  [
    "a pointer of Git LFS",
    bytes("version https://git-lfs.github.com/spec/v1\noid sha256:00"),
    "git lfs pull",
  ],
  ["a MATLAB file", gzipSync(bytes("MATLAB 5.0 MAT-file, Platform: posix")), "data.npz"],
])("refuses, by name and with what to do: %s", async (what, content, next) => {
  const folder = temporaryFolder();
  const path = join(folder, "train");
  writeFileSync(path, content);
  const message = await loadDataset(path).catch(String);
  expect(message).toContain(`${path}: expected `);
  expect(message).toContain(`received ${what}`);
  expect(message).toContain(next);
});

it("says what the files of a folder without data are", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "sub"));
  writeFileSync(join(folder, "train_32x32.mat"), bytes("MATLAB 5.0 MAT-file, Platform: posix"));
  const path = join(folder, "train_32x32.mat");
  await expect(loadDataset(folder)).rejects.toThrow(
    `${path}: expected a CSV, npz or Parquet file, an archive, or a folder`,
  );
});
