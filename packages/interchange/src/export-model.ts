import { HeddleError, type Model } from "@heddle/core";
import { didYouMean } from "@heddle/core/internal/base/closest.js";
import { checkOptions, type OptionRules } from "@heddle/core/internal/base/known-options.js";
import { anyFunction, anyObject, oneOf, text, trueOrFalse } from "@heddle/core/internal/base/rules.js";
import type { ExportOptions, ModelFormat, WriteContext } from "./format.js";
import { formats } from "./formats.js";
import { aboutModel, factsOf } from "./receipts/make-receipt.js";

/** The formats that `exportModel` writes. */
export type ExportFormat = "keras" | "weights.h5" | "h5" | "tfjs" | "safetensors" | "onnx" | "mjs" | "html";

const RULES: OptionRules<ExportOptions> = {
  name: text,
  weights: oneOf("f32", "f16", "int8"),
  wasm: trueOrFalse,
  shardBytes: {
    expected: "a number above 0",
    accepts: (value) => typeof value === "number" && value > 0,
  },
  changes: anyObject,
  receipt: trueOrFalse,
  onWarning: anyFunction,
};

/** The format that is written under a name, or under another that users have for it. */
export function writtenFormat(name: string): ModelFormat | undefined {
  const written = formats.filter(({ write }) => write);
  return written.find((one) => one.name === name) ?? written.find(({ alias }) => alias === name);
}

/**
 * Writes a model as another program's files.
 *
 * @param format the format's name: `"keras"`, `"onnx"`, …
 * @returns the files' bytes by their names, to be saved in one folder
 * @throws HeddleError when there is no such format
 *
 * @example
 * const files = await exportModel(model, "keras", { name: "boots" });
 * files["boots.keras"]; // what keras.saving.load_model reads
 */
export async function exportModel(
  model: Model,
  format: ExportFormat,
  options: ExportOptions = {},
): Promise<Readonly<Record<string, Uint8Array>>> {
  checkOptions("exportModel", options, RULES);
  const {
    name = model.name,
    weights,
    wasm = false,
    shardBytes,
    receipt = true,
    changes,
    onWarning: warn = (message: string) => console.warn(message),
  } = options;
  const { write, precisions = [], takesWasm = false, takesShards = false } = writtenFormat(format) ?? {};
  if (write && weights !== undefined && !precisions.includes(weights)) {
    const others = formats.flatMap((one) => (one.precisions?.includes(weights) ? [`"${one.name}"`] : []));
    throw new HeddleError({
      who: "exportModel",
      expected:
        precisions.length === 0
          ? `no \`weights\` with the format "${format}", which keeps 32 bits`
          : `\`weights\` of ${precisions.map((one) => `"${one}"`).join(" or ")} with the format "${format}"`,
      received: `"${weights}"`,
      next: `Omit it, or export as ${others.join(" or ")}.`,
    });
  }
  if (write && wasm && !takesWasm) {
    throw new HeddleError({
      who: "exportModel",
      expected: `no \`wasm\` with the format "${format}"`,
      received: "true",
      next: 'Omit it, or export as "mjs".',
    });
  }
  if (write && shardBytes !== undefined && !takesShards) {
    throw new HeddleError({
      who: "exportModel",
      expected: `no \`shardBytes\` with the format "${format}"`,
      received: String(shardBytes),
      next: 'Omit it, or export as "weights.h5".',
    });
  }
  const kept = weights ?? precisions[0] ?? "f32";
  if (write && changes !== undefined && kept === "f32") {
    throw new HeddleError({
      who: "exportModel",
      expected: "no `maxChanged` with weights of 32 bits, which change no answer",
      received: `the format "${format}"${precisions.length > 0 ? ' with weights "f32"' : ""}`,
      next: "Omit it.",
    });
  }
  const about: WriteContext["about"] = receipt
    ? (stored, rounded) => aboutModel(model, stored, { rounded, changes, kept })
    : async () => factsOf(model);
  if (write) return write(model, { name, weights: kept, wasm, shardBytes, changes, warn, about });
  const written = formats.flatMap((one) => (one.write ? [one.name] : []));
  throw new HeddleError({
    who: "exportModel",
    expected: `format to be one of ${written.join(", ")}`,
    received: JSON.stringify(format),
    next: didYouMean(String(format), written, "Choose one of them."),
  });
}
