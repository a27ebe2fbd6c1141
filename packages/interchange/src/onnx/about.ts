import { toBinary } from "@bufbuild/protobuf";
import type { Model } from "@heddle/core";
import { parseJson } from "@heddle/core/internal/base/json.js";
import { FACTS_KEY } from "@heddle/core/internal/network/model-facts.js";
import type { WriteContext } from "../format.js";
import { type FoundReceipt, receiptIn } from "../receipt.js";
import { decodeModel } from "./read/source.js";
import { type GraphProto, ModelProtoSchema } from "./schema/onnx_pb.js";
import { onnxModel, PRODUCER } from "./write/write-onnx.js";

/** Writes a model as ONNX, with what it answers. */
export async function writeWithReceipt(model: Model, { about }: WriteContext): Promise<Uint8Array> {
  const proto = onnxModel(model);
  const value = JSON.stringify(await about(storedBytes(proto.graph!)));
  const others = proto.metadataProps.filter(({ key }) => key !== FACTS_KEY);
  const entry = { $typeName: "onnx.StringStringEntryProto", key: FACTS_KEY, value } as const;
  return toBinary(ModelProtoSchema, { ...proto, metadataProps: [...others, entry] });
}

/** The receipt of a file that Heddle wrote, and that no tool has changed since. */
export async function onnxReceipt(who: string, bytes: Uint8Array): Promise<FoundReceipt | undefined> {
  // The name stands at the beginning: a large file of another writer is not decoded for it.
  const beginning = new TextDecoder().decode(bytes.subarray(0, 64));
  if (!beginning.includes(PRODUCER)) return undefined;
  const { model, graph } = decodeModel(who, bytes);
  const about = model.metadataProps.find(({ key }) => key === FACTS_KEY)?.value;
  if (model.producerName !== PRODUCER || about === undefined) return undefined;
  return receiptIn(who, parseJson(`${who}, metadata "${FACTS_KEY}"`, about), storedBytes(graph));
}

/** The weights and all other constants, one after another. */
function storedBytes({ initializer }: GraphProto): Uint8Array {
  const bytes = new Uint8Array(initializer.reduce((sum, { rawData }) => sum + rawData.length, 0));
  let at = 0;
  for (const { rawData } of initializer) {
    bytes.set(rawData, at);
    at += rawData.length;
  }
  return bytes;
}
