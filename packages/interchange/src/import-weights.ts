import { HeddleError, type Model } from "@heddle/core";
import { checkKnownOptions } from "@heddle/core/internal/base/known-options.js";
import { refuseForeign } from "./foreign-files.js";
import type { ImportOptions } from "./format.js";
import { formats } from "./formats.js";
import { fileMap, type ModelBytes } from "./import-model.js";
import { checkReceipt } from "./receipt.js";
import { checkMapping, type WeightMapping } from "./weight-mapping.js";

/** What setting weights takes. */
export interface ImportWeightsOptions extends Pick<ImportOptions, "onWarning"> {
  /**
   * Which tensors of a safetensors file the weights are, such as those of PyTorch's modules.
   *
   * @defaultValue those of the same names
   */
  readonly mapping?: WeightMapping;
}

/**
 * Sets a model's weights to those of another program's file, and the state of its optimizer, if the model is compiled with the
 * same; changes none unless all fit.
 *
 * @param files weights alone, such as `boots.weights.h5`, all parts of sharded ones, or a whole model
 * @throws HeddleError when the files are of no format that Heddle reads, are damaged, or a weight is left over on either side
 *
 * @example
 * await importWeights(model, { "boots.weights.h5": bytes });
 *
 * @example
 * const mapping = { layers: { conv2d: "features.0", dense: "classifier" } };
 * await importWeights(model, { "net.safetensors": bytes }, { mapping });
 */
export async function importWeights(
  model: Model,
  files: ModelBytes,
  options: ImportWeightsOptions = {},
): Promise<void> {
  checkKnownOptions("importWeights", options, ["mapping", "onWarning"]);
  const { mapping, onWarning: warn = (message: string) => console.warn(message) } = options;
  const map = await fileMap("importWeights", files);
  const expected = formats.flatMap(({ readWeights, title }) => (readWeights ? [title] : [])).join(", or ");
  refuseForeign(map, expected);
  const format = formats.find((one) => one.readWeights && one.recognises(map));
  if (!format?.readWeights) {
    throw new HeddleError({
      who: [...map.keys()].slice(0, 3).join(", ") || "importWeights",
      expected,
      received: map.size === 0 ? "no files" : "something else",
      next: "Check that it is the right file.",
    });
  }
  const who = [...map.keys()][0]!;
  if (mapping !== undefined && !format.takesMapping) {
    const takers = formats.flatMap((one) => (one.takesMapping ? [one.title] : []));
    throw new HeddleError({
      who,
      expected: `no \`mapping\` with ${format.title}, whose weights have fixed names`,
      received: "one",
      next: `Omit it: it is for ${takers.join(" and ")}.`,
    });
  }
  checkReceipt(who, await format.receipt?.(map));
  // What nobody has drawn yet need not be drawn to be kept.
  const before = model.weights.map((weight) => weight.current?.slice());
  try {
    await format.readWeights(model, map, {
      warn,
      ...(mapping !== undefined && { mapping: checkMapping("Mapping", mapping) }),
    });
  } catch (thrown) {
    model.weights.forEach((weight, index) => {
      const values = before[index];
      if (values) weight.assign(values);
      else weight.forget();
    });
    throw thrown;
  }
}
