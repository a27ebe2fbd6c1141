import { isJsonObject, type JsonObject } from "@heddle/core/internal/base/json.js";
import { jsonBody, kindOf } from "./body.js";
import { badRequest } from "./refusal.js";
import type { Signature } from "./served-model.js";
import { type Images, imagesFromBytes, imagesFromJson, imagesIn } from "./tensors.js";

/** How the answer is sent. */
export interface OutputForm {
  /** After the JSON, as bytes. */
  readonly binary: boolean;
  /** How many of the highest outputs are sent as strings; undefined for all of them as numbers. */
  readonly classes: number | undefined;
}

/** An inference request of the Open Inference Protocol. */
export interface InferRequest extends Images {
  readonly id: string | undefined;
  readonly output: OutputForm;
}

/** What other servers do at these parameters, and this one does not. */
const REFUSED = /^(sequence_(id|start|end)|shared_memory_(region|byte_size|offset)|priority|timeout)$/;

/**
 * Reads an inference request of the Open Inference Protocol, version 2, with its extension for binary data.
 *
 * @param headerLength `Inference-Header-Content-Length`: how many bytes of the body are JSON; all of them without it
 * @throws Refusal 400
 */
export function readInferRequest(
  body: Uint8Array,
  headerLength: string | undefined,
  signature: Signature,
): InferRequest {
  const jsonBytes = lengthOfJson(headerLength, body.length);
  const request = jsonBody(body.subarray(0, jsonBytes));
  const { id } = request;
  if (id !== undefined && typeof id !== "string")
    throw badRequest("id", "a string", kindOf(id), "Put it in quotes.");
  const parameters = parametersOf("parameters", request["parameters"]);
  const images = readInput(request["inputs"], signature, body.subarray(jsonBytes), jsonBytes);
  const allBinary = flag("binary_data_output", parameters["binary_data_output"]) ?? false;
  return { ...images, id, output: readOutput(request["outputs"], signature.outputName, allBinary) };
}

function lengthOfJson(header: string | undefined, bodyLength: number): number {
  if (header === undefined) return bodyLength;
  const length = Number(header);
  if (/^\d{1,15}$/.test(header) && length > 0 && length <= bodyLength) return length;
  throw badRequest(
    "Inference-Header-Content-Length",
    `the bytes of JSON at the beginning of the body, 1 to ${bodyLength}`,
    header.slice(0, 50),
    "Count the bytes of the JSON, not its characters.",
  );
}

function readInput(
  value: unknown,
  { inputName, inputShape }: Signature,
  binary: Uint8Array,
  jsonBytes: number,
): Images {
  const input = onlyOne("inputs", value, inputName);
  const who = `inputs "${inputName}"`;
  const { shape, datatype, data } = input;
  if (!isShape(shape))
    throw badRequest(`${who}, shape`, "an array of whole numbers", kindOf(shape), "Correct it.");
  if (typeof datatype !== "string")
    throw badRequest(`${who}, datatype`, "a string such as FP32", kindOf(datatype), "Correct it.");
  const head = { who, datatype, shape };
  const size = parametersOf(`${who}, parameters`, input["parameters"])["binary_data_size"];
  if (size === undefined) {
    if (binary.length > 0) throw leftOver(binary.length, 0);
    // Each number takes at least a digit and a comma.
    const count = imagesIn(head, inputShape, (jsonBytes + 1) / 2);
    return imagesFromJson(head, data, count);
  }
  if (data !== undefined)
    throw badRequest(who, "data or binary_data_size", "both", "Send the data in one way.");
  if (size !== binary.length) throw leftOver(binary.length, size);
  return imagesFromBytes(head, binary, imagesIn(head, inputShape, binary.length));
}

function leftOver(received: number, size: unknown) {
  return badRequest(
    "Request",
    `as many bytes after the JSON as binary_data_size says, ${kindOf(size)}`,
    `${received}`,
    "Correct binary_data_size or Inference-Header-Content-Length.",
  );
}

function readOutput(value: unknown, outputName: string, allBinary: boolean): OutputForm {
  const isDefault = value === undefined || (Array.isArray(value) && value.length === 0);
  if (isDefault) return { binary: allBinary, classes: undefined };
  const who = `outputs "${outputName}", parameters`;
  const parameters = parametersOf(who, onlyOne("outputs", value, outputName)["parameters"]);
  const { classification } = parameters;
  const isCount = Number.isSafeInteger(classification) && (classification as number) > 0;
  if (classification !== undefined && !isCount) {
    const received = `classification ${kindOf(classification)}`;
    throw badRequest(who, "classification as a whole number of at least 1", received, "Correct it.");
  }
  return {
    binary: flag("binary_data", parameters["binary_data"]) ?? allBinary,
    classes: classification as number | undefined,
  };
}

/** The only tensor of a list: models have one input and one output. */
function onlyOne(list: "inputs" | "outputs", value: unknown, name: string): JsonObject {
  const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : undefined;
  if (isJsonObject(only) && only["name"] === name) return only;
  const received = !Array.isArray(value)
    ? kindOf(value)
    : value.length !== 1
      ? `an array of ${value.length}`
      : isJsonObject(only)
        ? `one named ${kindOf(only["name"])}`
        : kindOf(only);
  throw badRequest(list, `an array of one tensor named "${name}"`, received, "The model's metadata name it.");
}

function parametersOf(who: string, value: unknown): JsonObject {
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw badRequest(who, "an object", kindOf(value), "Correct it.");
  const refused = Object.keys(value).find((key) => REFUSED.test(key));
  if (refused === undefined) return value;
  throw badRequest(who, "parameters that this server has", refused, "Remove it: docs/serving.md lists them.");
}

function flag(who: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  throw badRequest(who, "true or false", kindOf(value), "Correct it.");
}

function isShape(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length <= 16 &&
    value.every((size) => Number.isSafeInteger(size) && size >= 0)
  );
}
