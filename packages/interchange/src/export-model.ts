import { HeddleError, type Model } from "@heddle/core";
import type { ExportOptions } from "./format.js";
import { formats } from "./formats.js";

/**
 * Writes a model as another program's files.
 *
 * @param format the format's name: `"keras"`, `"onnx"`, `"mjs"`, `"html"`
 * @returns the files' bytes by their names, to be saved in one folder
 * @throws HeddleError when there is no such format
 *
 * @example
 * const files = await exportModel(model, "keras", { name: "boots" });
 * files["boots.keras"]; // what keras.saving.load_model reads
 */
export async function exportModel(
  model: Model,
  format: string,
  options: ExportOptions = {},
): Promise<Readonly<Record<string, Uint8Array>>> {
  const {
    name = model.name,
    weights = "f16",
    onWarning: warn = (message: string) => console.warn(message),
  } = options;
  const write = formats.find((one) => one.name === format)?.write;
  if (write) return write(model, { name, weights, warn });
  throw new HeddleError({
    who: "exportModel",
    expected: `format to be one of ${formats.flatMap((one) => (one.write ? [`"${one.name}"`] : [])).join(", ")}`,
    received: JSON.stringify(format),
    next: "Check its spelling.",
  });
}
