import type { KernelCall, KernelProgram } from "../kernel-calls.js";
import type { Outputs } from "./classifier.js";
import { imagesFrom } from "./images-from.js";

type Kernel = (...values: number[]) => void;

/**
 * A model as a function of images, computed by WebAssembly on the thread that calls it, in 32 bits: the very calls that
 * Heddle makes.
 *
 * @param weights the values of each, in the order of the program's addresses
 * @param module has the kernels that the program calls, and imports plain memory
 */
export function kernelNetwork(
  program: KernelProgram,
  weights: Iterable<ArrayLike<number>>,
  module: WebAssembly.Module,
): Outputs {
  const { pages, inputs, outputs } = program;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const floats = new Float32Array(memory.buffer);
  let weight = 0;
  for (const values of weights) floats.set(values, program.weights[weight++]! / 4);
  const bound = ([name, ...args]: KernelCall) => {
    const kernel = exports[name] as Kernel;
    const values = args.map(Number);
    const places = [...args.keys()].filter((place) => args[place] === null);
    return (images: number) => {
      for (const place of places) values[place] = images;
      kernel(...values);
    };
  };
  for (const call of program.prepare) bound(call)(0);
  const calls = program.run.map(bound);
  const pixels = program.bytes ? new Uint8Array(memory.buffer) : floats;
  const input = program.bytes ? program.input : program.input / 4;
  const output = program.output / 4;
  return (images, count) => {
    const all = new Float32Array(count * outputs);
    for (let first = 0; first < count; first += program.images) {
      const own = Math.min(program.images, count - first);
      pixels.set(imagesFrom(images, first * inputs, (first + own) * inputs), input);
      for (const call of calls) call(own);
      all.set(floats.subarray(output, output + own * outputs), first * outputs);
    }
    return all;
  };
}
