import { HeddleError, type Model } from "@heddle/core";
import { parseJson } from "@heddle/core/internal/base/json.js";
import {
  readSafetensors,
  safetensorsMetadata,
  writeSafetensors,
} from "@heddle/core/internal/formats/safetensors.js";
import { isHalf } from "@heddle/core/internal/formats/safetensors-elements.js";
import { modelFromJson } from "@heddle/core/internal/model/load.js";
import { readWeightsFile } from "@heddle/core/internal/network/weights-file.js";
import { modelFileKind } from "../containers/kind.js";
import type { FileMap, ModelFormat, WriteContext } from "../format.js";
import { setWeights } from "../keras/set-weights.js";
import { type FoundReceipt, receiptIn } from "../receipt.js";
import { matchTensors } from "./match-tensors.js";

/** Entries of the header's metadata: the model's JSON, and what Heddle says about it. */
const CONFIG = "config";
const ABOUT = "heddle";

/** Weights by their names; where Heddle wrote them, the whole model. */
export const safetensors: ModelFormat = {
  name: "safetensors",
  title: "safetensors (.safetensors)",
  precisions: ["f32", "f16"],
  takesMapping: true,
  recognises: (files) => {
    const [bytes, ...others] = files.values();
    return others.length === 0 && bytes !== undefined && modelFileKind(bytes) === "safetensors";
  },
  read: async (files, { model: options }) => {
    const [who, bytes] = onlyFile(files);
    const tensors = readSafetensors(who, bytes);
    const config = safetensorsMetadata(bytes)[CONFIG];
    if (typeof config !== "string") {
      throw new HeddleError({
        who,
        expected: "a whole model, as heddle export writes it",
        received: `weights alone, ${tensors.size} of them`,
        next: "Set them in a model: name one with `model`, or call importWeights.",
      });
    }
    const model = modelFromJson(`${who}, ${CONFIG}`, parseJson(`${who}, ${CONFIG}`, config), options);
    readWeightsFile(who, bytes, model.weights);
    return model;
  },
  receipt,
  readWeights: async (model, files, { mapping = {} }) => {
    const [who, bytes] = onlyFile(files);
    await setWeights(who, matchTensors(who, model, readSafetensors(who, bytes), mapping));
  },
  write,
};

function onlyFile(files: FileMap): readonly [string, Uint8Array] {
  return [...files][0]!;
}

async function write(
  model: Model,
  { name, weights, about }: WriteContext,
): Promise<Record<string, Uint8Array>> {
  const file = `${name}.safetensors`;
  const precision = weights === "f16" ? "F16" : "F32";
  const tensors = model.weights.map((weight) => ({
    name: weight.name,
    shape: weight.shape,
    values: weight.read(),
  }));
  if (precision === "F16") for (const tensor of tensors) checkRange(tensor);
  const plain = writeSafetensors(tensors, {}, precision);
  const rounded =
    precision === "F16"
      ? [...readSafetensors(file, plain).values()].map(({ shape, values }) => ({ shape, values }))
      : undefined;
  const metadata = {
    [CONFIG]: JSON.stringify(model.toJson()),
    [ABOUT]: JSON.stringify(await about(dataOf(plain), rounded)),
  };
  return { [file]: writeSafetensors(tensors, metadata, precision) };
}

async function receipt(files: FileMap): Promise<FoundReceipt | undefined> {
  const [who, bytes] = onlyFile(files);
  // Whether it is damaged.
  readSafetensors(who, bytes);
  const about = safetensorsMetadata(bytes)[ABOUT];
  if (typeof about !== "string") return undefined;
  return receiptIn(who, parseJson(`${who}, ${ABOUT}`, about), dataOf(bytes));
}

/** The bytes of the weights, after the header. */
function dataOf(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.subarray(8 + Number(view.getBigUint64(0, true)));
}

function checkRange({ name, values }: { readonly name: string; readonly values: Float32Array }): void {
  const large = values.find((value) => !isHalf(value));
  if (large === undefined) return;
  throw new HeddleError({
    who: name,
    expected: "numbers of at most 65,504, which 16 bits can hold",
    received: String(large),
    next: "Keep 32 bits.",
  });
}
