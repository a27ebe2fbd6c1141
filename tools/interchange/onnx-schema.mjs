// Writes packages/interchange/src/onnx/schema/onnx_pb.ts, the messages of ONNX's files, from ONNX's own schema. Its
// comments and the messages that Heddle does not read are left out. buf and protoc-gen-es are installed into a folder
// of their own.
//
//     node tools/interchange/onnx-schema.mjs SCHEMA     # onnx/onnx.proto of the Python package onnx, or of github.com/onnx/onnx
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const target = fileURLToPath(
  new URL("../../packages/interchange/src/onnx/schema/onnx_pb.ts", import.meta.url),
);
const NOTICE = `// SPDX-License-Identifier: Apache-2.0
// Copyright (c) ONNX Project Contributors. Generated from the schema of ONNX (https://github.com/onnx/onnx) by
// tools/interchange/onnx-schema.mjs, without its comments and without the messages that Heddle does not read.
`;
const UNREAD = [
  ...["TrainingInfoProto", "DeviceConfigurationProto", "NodeDeviceConfigurationProto", "FunctionProto"],
  ...["SparseTensorProto", "TensorAnnotation", "TensorProto.Segment"],
  ...["Sequence", "Map", "Optional", "SparseTensor", "Opaque"].map((name) => `TypeProto.${name}`),
];

const [schema] = process.argv.slice(2);
if (schema === undefined) {
  console.error("node tools/interchange/onnx-schema.mjs SCHEMA: name onnx.proto of the Python package onnx.");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "heddle-onnx-"));
try {
  const run = (/** @type {string} */ command, /** @type {readonly string[]} */ ...words) =>
    execFileSync(command, words, { cwd: folder, stdio: "inherit" });
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  run(
    "npm",
    ...["install", "--no-audit", "--no-fund"],
    ...["@bufbuild/buf@1.75.0", "@bufbuild/protoc-gen-es@2.13.0", "@bufbuild/protobuf@2.17.0"],
  );
  writeFileSync(join(folder, "onnx.proto"), readFileSync(schema, "utf8").replace(/\/\/.*$/gm, ""));
  const settings = {
    version: "v2",
    inputs: [
      {
        proto_file: "onnx.proto",
        types: ["onnx.ModelProto"],
        exclude_types: UNREAD.map((name) => `onnx.${name}`),
      },
    ],
    plugins: [
      { local: "node_modules/.bin/protoc-gen-es", out: "out", opt: ["target=ts", "import_extension=js"] },
    ],
  };
  writeFileSync(join(folder, "buf.gen.yaml"), JSON.stringify(settings));
  run("node_modules/.bin/buf", "generate");
  writeFileSync(target, NOTICE + readFileSync(join(folder, "out/onnx_pb.ts"), "utf8"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
