import { isJsonObject, type JsonObject } from "@heddle/core/internal/base/json.js";
import type { Shape } from "@heddle/core/internal/base/shape.js";
import { jsonBody, kindOf, nested, shapeOf } from "./body.js";
import { badRequest } from "./refusal.js";
import type { Signature } from "./served-model.js";
import { checkFinite, type Images, imagesFromJson, imagesIn } from "./tensors.js";

/** The signature that every model has. */
const SIGNATURE = "serving_default";

/** A request of TensorFlow Serving's predict API. */
export interface PredictRequest extends Images {
  /** Whether the answer is in rows (`predictions`) or in columns (`outputs`). */
  readonly inRows: boolean;
}

/**
 * Reads the body of a `:predict` request: `instances` or `inputs`, of numbers.
 *
 * @throws Refusal 400
 */
export function readPredictRequest(body: Uint8Array, { inputName, inputShape }: Signature): PredictRequest {
  const request = jsonBody(body);
  const { instances, inputs, signature_name: signature } = request;
  if (signature !== undefined && signature !== "" && signature !== SIGNATURE) {
    throw badRequest("signature_name", `"${SIGNATURE}"`, kindOf(signature), "Remove it.");
  }
  const inRows = instances !== undefined;
  if (inRows === (inputs !== undefined)) {
    throw badRequest("Request", "instances or inputs", inRows ? "both" : "neither", "Send one of them.");
  }
  const who = inRows ? "instances" : "inputs";
  const data = inRows ? rows(instances, inputName) : column(inputs, inputName);
  refuseFiles(who, data);
  const shape = shapeOf(data);
  const head = { who, datatype: "FP32", shape };
  return { ...imagesFromJson(head, data, imagesIn(head, inputShape, (body.length + 1) / 2)), inRows };
}

/** Rows may be tensors, or objects that name them. */
function rows(instances: unknown, inputName: string): unknown {
  if (!Array.isArray(instances)) {
    throw badRequest("instances", "an array with an image in each place", kindOf(instances), "Correct it.");
  }
  return instances.map((row) =>
    isJsonObject(row) && !("b64" in row) ? named("instances", row, inputName) : row,
  );
}

function column(inputs: unknown, inputName: string): unknown {
  return isJsonObject(inputs) && !("b64" in inputs) ? named("inputs", inputs, inputName) : inputs;
}

function named(who: string, value: JsonObject, inputName: string): unknown {
  const names = Object.keys(value);
  if (names.length === 1 && names[0] === inputName) return value[inputName];
  const received = names.map((name) => kindOf(name)).join(", ") || "no input";
  throw badRequest(who, `the model's only input, "${inputName}"`, received, "The model's metadata name it.");
}

/** Encoded pictures have an address of their own. */
function refuseFiles(who: string, data: unknown): void {
  const first = Array.isArray(data) ? data[0] : data;
  if (!isJsonObject(first)) return;
  throw badRequest(who, "numbers", kindOf(first), "For a picture file use POST /predict.");
}

/** The answer to a predict request. */
export function predictAnswer(
  { outputShape }: Pick<Signature, "outputShape">,
  { count, inRows }: PredictRequest,
  outputs: Float32Array,
): object {
  checkFinite(outputs);
  const values = nested(outputs, [count, ...outputShape]);
  return inRows ? { predictions: values } : { outputs: values };
}

/** The status of versions, as `GetModelStatus` says it. */
export function statusOf(versions: readonly { readonly version: string; readonly isReady: boolean }[]) {
  return {
    model_version_status: versions.map(({ version, isReady }) => ({
      version,
      state: isReady ? "AVAILABLE" : "LOADING",
      status: { error_code: "OK", error_message: "" },
    })),
  };
}

/** A version's metadata, as `GetModelMetadata` says it. */
export function signatureOf(
  name: string,
  version: string,
  { inputName, inputShape, outputName, outputShape }: Signature,
) {
  return {
    model_spec: { name, signature_name: "", version },
    metadata: {
      signature_def: {
        signature_def: {
          [SIGNATURE]: {
            inputs: { [inputName]: tensorInfo(`${SIGNATURE}_${inputName}:0`, inputShape) },
            outputs: { [outputName]: tensorInfo("StatefulPartitionedCall:0", outputShape) },
            method_name: "tensorflow/serving/predict",
          },
        },
      },
    },
  };
}

function tensorInfo(name: string, shape: Shape) {
  const dim = [-1, ...shape].map((size) => ({ size: String(size), name: "" }));
  return { dtype: "DT_FLOAT", tensor_shape: { dim, unknown_rank: false }, name };
}
