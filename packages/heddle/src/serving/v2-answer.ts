import type { Shape } from "@heddle/core/internal/base/shape.js";
import { Refusal } from "./refusal.js";
import type { ServedModel, Signature } from "./served-model.js";
import { checkFinite, littleEndian } from "./tensors.js";
import type { InferRequest } from "./v2-request.js";

/** The extensions that `GET /v2` names. */
export const EXTENSIONS = ["binary_tensor_data", "classification"] as const;

/** The header that says how many bytes of a body are JSON. */
export const LENGTH_HEADER = "inference-header-content-length";

/** The body of an answer. */
export interface InferAnswer {
  readonly body: Uint8Array | string;
  /** How many bytes of the body are JSON, where binary data follow. */
  readonly jsonBytes: number | undefined;
}

/** A model's answer in the Open Inference Protocol. */
export function inferAnswer(
  served: { readonly name: string; readonly version: string; readonly model: ServedModel },
  request: InferRequest,
  outputs: Float32Array,
): InferAnswer {
  const { name, version, model } = served;
  const { id, count, output } = request;
  const { datatype, shape, data, bytes } = tensorOf(model, outputs, count, request);
  const answer = {
    ...{ model_name: name, model_version: version, ...(id !== undefined && { id }) },
    outputs: [
      {
        ...{ name: model.outputName, shape, datatype },
        ...(output.binary ? { parameters: { binary_data_size: bytes().length } } : { data: data() }),
      },
    ],
  };
  const json = JSON.stringify(answer);
  if (!output.binary) return { body: json, jsonBytes: undefined };
  const head = Buffer.from(json);
  return { body: Buffer.concat([head, bytes()]), jsonBytes: head.length };
}

function tensorOf(
  { outputShape, labels }: ServedModel,
  outputs: Float32Array,
  count: number,
  { output: { classes, binary } }: InferRequest,
) {
  if (!binary || classes !== undefined) checkFinite(outputs);
  if (classes === undefined) {
    return {
      datatype: "FP32",
      shape: [count, ...outputShape],
      data: () => Array.from(outputs),
      bytes: () => littleEndian(outputs),
    };
  }
  const texts = classTexts(outputs, count, { classes, labels, outputShape });
  return {
    ...{ datatype: "BYTES", shape: [count, texts.length / count] },
    data: () => texts,
    bytes: () => Buffer.concat(texts.flatMap(withLength)),
  };
}

/** The highest outputs of each image, as `value:index:label`. */
function classTexts(
  outputs: Float32Array,
  count: number,
  of: {
    readonly classes: number;
    readonly labels: readonly string[] | undefined;
    readonly outputShape: Shape;
  },
): readonly string[] {
  const { classes, labels, outputShape } = of;
  const size = outputs.length / count;
  if (outputShape.length !== 1) {
    throw new Refusal(400, {
      who: "classification",
      expected: "a model with one output for each class",
      received: `outputs of ${outputShape.join("×")}`,
      next: "Remove the parameter.",
    });
  }
  return Array.from({ length: count }, (_, image) => {
    const own = outputs.subarray(image * size, (image + 1) * size);
    const order = Array.from(own.keys()).sort((a, b) => own[b]! - own[a]! || a - b);
    return order.slice(0, classes).map((index) => {
      const label = labels?.[index];
      return `${shortest(own[index]!)}:${index}${label === undefined ? "" : `:${label}`}`;
    });
  }).flat();
}

/** The shortest decimal that is this 32-bit float and no other. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(value);
}

function withLength(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return [length, bytes];
}

/** A model's metadata. */
export function metadataOf(
  name: string,
  versions: readonly string[],
  { inputName, inputShape, outputName, outputShape }: Signature,
) {
  return {
    ...{ name, versions, platform: "heddle" },
    inputs: [{ name: inputName, datatype: "FP32", shape: [-1, ...inputShape] }],
    outputs: [{ name: outputName, datatype: "FP32", shape: [-1, ...outputShape] }],
  };
}
