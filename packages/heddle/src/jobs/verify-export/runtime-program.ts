// A program of its own: opens a model with the package that it is for, and prints as JSON what it answers.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Question } from "./check.js";

// biome-ignore lint/suspicious/noExplicitAny: the packages are not installed when this is compiled
type Package = any;

const { path, inputs, inputShape, name, url } = JSON.parse(process.argv[2]!) as Question & {
  readonly name: string;
  readonly url: string;
};
const loaded: Package = await import(url);
const library: Package = loaded.default ?? loaded;
const bytes = await readFile(inputs);
const x = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
const shape = [x.length / inputShape.reduce((product, size) => product * size, 1), ...inputShape];
const answers = name === "@tensorflow/tfjs" ? await inTfjs(library) : await inOnnxRuntime(library);
console.log(`\n${JSON.stringify(answers)}`);

async function inTfjs(tf: Package) {
  await tf.setBackend("cpu");
  const json = JSON.parse(await readFile(path, "utf8"));
  const groups: Package[] = json.weightsManifest;
  const parts = await Promise.all(
    groups.flatMap(({ paths }) => paths.map((file: string) => readFile(join(dirname(path), file)))),
  );
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({
      ...json,
      weightSpecs: groups.flatMap(({ weights }) => weights),
      weightData: await new Blob(parts).arrayBuffer(),
    }),
  );
  const outputs = await model.predict(tf.tensor(x, shape), { batchSize: 8 }).data();
  return { by: `TensorFlow.js ${tf.version.tfjs}`, outputs: [...outputs] };
}

async function inOnnxRuntime(runtime: Package) {
  const isWeb = name.endsWith("web");
  if (isWeb) runtime.env.wasm.numThreads = 1;
  const model = new Uint8Array(await readFile(path));
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: [isWeb ? "wasm" : "cpu"],
  });
  const [input, output] = [session.inputNames[0], session.outputNames[0]];
  const asFloats = () => session.run({ [input]: new runtime.Tensor("float32", x, shape) });
  const asBytes = () => session.run({ [input]: new runtime.Tensor("uint8", Uint8Array.from(x), shape) });
  const type = session.inputMetadata?.[0]?.type;
  // Older versions do not say which numbers the model takes.
  const results = await (type === "float32"
    ? asFloats()
    : type === "uint8"
      ? asBytes()
      : asBytes().catch(asFloats));
  const version = runtime.env.versions?.[isWeb ? "web" : "node"] ?? runtime.env.versions?.common ?? "";
  const where = isWeb ? "for browsers" : "for Node";
  return { by: `ONNX Runtime ${version} ${where}`.replace("  ", " "), outputs: [...results[output].data] };
}
