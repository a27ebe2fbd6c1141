import { compileKernels } from "../engine/kernels.js";
import type { Model } from "../model/model.js";
import { kernelProgram } from "./kernel-program.js";
import { kernelNetwork } from "./runtime/kernel-network.js";

/**
 * Predicts on the thread that calls it: a few images of a small model take less time than a message to another thread. Its
 * outputs have the bits of `model.predict`. It has its own copy of the weights as they are now.
 */
export async function callerPredictor(
  model: Model,
): Promise<(images: Uint8Array | Float32Array, count: number) => Float32Array> {
  const { variant } = await model.engine();
  const { module } = await compileKernels(variant, false);
  const network = async (element: "u8" | "f32") => {
    const { program, tensors } = kernelProgram(model, element);
    return kernelNetwork(
      program,
      tensors.map(({ values }) => values),
      module,
    );
  };
  const [bytes, floats] = [await network("u8"), await network("f32")];
  return (images, count) => (images instanceof Uint8Array ? bytes : floats)(images, count) as Float32Array;
}
