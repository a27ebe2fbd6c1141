import type { Model } from "@heddle/core";
import { HeddleError, modelFromJson } from "@heddle/core";
import { formats } from "../formats.js";
import { fileMap, formatOf, type ModelBytes } from "../import-model.js";
import type { ExportReceipt } from "../receipt.js";

/** Files that Heddle exported, with what it answered then. */
export interface OpenedExport {
  /** The format's name: `keras`. */
  readonly format: string;
  readonly receipt: ExportReceipt;
  /** Whether the weights are those that were exported. */
  readonly isIntact: boolean;
  /** The model as Heddle reads it from these files, whether they are intact or not. */
  model(): Promise<Model>;
}

/**
 * Opens files that `exportModel` wrote, to check what they answer.
 *
 * @throws HeddleError when they are of no format that Heddle reads, or have no receipt
 *
 * @example
 * const { receipt, isIntact } = await openExport({ "boots.onnx": bytes });
 * const outputs = await compute(receiptInputs(receipt)); // by whichever program
 * compareAnswers(receipt, outputs, isIntact).passed;
 */
export async function openExport(files: ModelBytes): Promise<OpenedExport> {
  const map = await fileMap("openExport", files);
  const format = formats.find((one) => one.receipt && one.recognises(map)) ?? formatOf(map);
  const found = await format.receipt?.(map);
  if (!found) {
    throw new HeddleError({
      who: [...map.keys()][0] ?? "openExport",
      expected: "a model that heddle export wrote, with its receipt",
      received: `${format.title} without a receipt`,
      next: "Export the model again. A program that changes the file leaves the receipt out.",
    });
  }
  const { receipt, storedSha256, model: described } = found;
  const who = [...map.keys()][0]!;
  return {
    format: format.name,
    receipt,
    isIntact: storedSha256 === receipt.storedSha256,
    model: async () => {
      const warn = () => {};
      if (format.read) return format.read(map, { model: {}, warn });
      // Weights alone, which say whose they are.
      const model = modelFromJson(who, described);
      await format.readWeights?.(model, map, { warn });
      return model;
    },
  };
}
