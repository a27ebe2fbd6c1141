import { toBase64 } from "../base/base64.js";
import { groupDigits } from "../base/format.js";
import { kernelRuntimeSource } from "./kernel-runtime-source.js";
import { runtimeSource } from "./runtime-source.js";
import type { Standalone } from "./standalone-of.js";

/** The text of a module that imports nothing, and its declarations. */
export function standaloneModule({ model, weights, kernels }: Standalone): {
  readonly mjs: string;
  readonly dts: string;
} {
  const { name, shape, classes, receipt } = model;
  const parameters = model.tensors.reduce((sum, { length }) => sum + length, 0);
  const by = kernels ? ", computed by WebAssembly" : "";
  const about = `${oneLine(name)}: ${groupDigits(parameters)} weights; input ${shape.join("×")}, ${classes.length} classes${by}`;
  // Where the weights are comes last, so that whoever reads the file sees the rest.
  const [source, create, more] = kernels
    ? [kernelRuntimeSource, "runtime.kernelClassifier", `runtime.fromBase64("${toBase64(kernels)}"),\n`]
    : [runtimeSource, "runtime.classifier", ""];
  const mjs = `// ${about}. Written by Heddle ${receipt.version}; imports nothing.
${source}
const own = ${create}(
${JSON.stringify(model)},
${more}runtime.fromBase64("${toBase64(weights)}"));
export const { classes, classify, classifyBatch, classifyImageData, selfTest } = own;
`;
  const values = shape.join(" × ");
  const dts = `// ${about}. Written by Heddle ${receipt.version}.

/** A class and how likely it is. */
export interface ClassProbability {
  readonly label: string;
  readonly probability: number;
}

/** The names of the classes, in the order of the model's outputs. */
export declare const classes: readonly string[];

/**
 * The classes of an image, likeliest first.
 *
 * @param pixels ${values} values, row by row, in the range of the training images: ${model.pictures.range.join(" to ")}
 */
export declare function classify(pixels: ArrayLike<number>): readonly ClassProbability[];

/** The classes of several images, one after the other: as many lists as there are ${values} values. */
export declare function classifyBatch(
  pixels: ArrayLike<number>,
): readonly (readonly ClassProbability[])[];

/** The classes of a picture of any size, brought to the model's input as Heddle does; likeliest first. */
export declare function classifyImageData(image: {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}): readonly ClassProbability[];

/** Compares ${receipt.samples.length} answers with those that Heddle gave when it wrote this file, and checks the weights. */
export declare function selfTest(): {
  readonly passed: boolean;
  readonly largestDifference: number;
  readonly tolerance: number;
  readonly reason?: string;
};
`;
  return { mjs, dts };
}

/** A name that cannot end a comment's line. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
}
