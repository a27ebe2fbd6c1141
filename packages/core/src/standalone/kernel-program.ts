import { sizeOf } from "../base/shape.js";
import { compileInference, type Lowered, weightsOf } from "../compiler/compile.js";
import type { InputFormat } from "../compiler/emission.js";
import type { GraphOp } from "../compiler/graph.js";
import { AddressSpace } from "../engine/address-space.js";
import type { KernelName } from "../engine/kernel-table.js";
import { type Argument, type Call, callsOf } from "../engine/program.js";
import type { Network } from "../network/network.js";
import type { Weight } from "../ops/weight.js";
import type { KernelCall, KernelProgram } from "./kernel-calls.js";
import type { Tensor } from "./model-steps.js";

/** Images of a run: so many are a shard where Heddle predicts. */
const IMAGES = 8;
/** Of a page of WebAssembly's memory. */
const PAGE_BYTES = 65536;

/** A model's inference as calls of kernels. */
export interface ModelProgram {
  readonly program: KernelProgram;
  /** The weights' values, in the order of the program's addresses. */
  readonly tensors: readonly Tensor[];
  /** Which kernels it calls. */
  readonly kernels: ReadonlySet<KernelName>;
}

/**
 * What Heddle itself would run to predict, on one thread and with addresses of its own: the same kernels with the same
 * arguments, and so the same bits.
 */
export function kernelProgram(model: Network, element: InputFormat["element"] = "f32"): ModelProgram {
  const lowered = model.lower();
  const whole = laidOut(lowered, element, IMAGES);
  const { shardSize } = whole.program;
  // Fewer images where their values are large.
  const { program, addresses, output } = shardSize < IMAGES ? laidOut(lowered, element, shardSize) : whole;
  const first = program.phases.findIndex((phase) => "perShard" in phase);
  const callsIn = (phases: typeof program.phases) => callsOf({ ...program, phases }).map(kernelCall);
  const channels = outputChannels(lowered.ops);
  return {
    program: {
      pages: Math.ceil(program.memoryBytes / PAGE_BYTES),
      images: program.batchSize,
      weights: [...addresses.values()],
      inputs: sizeOf(lowered.inputShape),
      outputs: sizeOf(lowered.outputShape),
      input: program.columns[0]!.target.base,
      output,
      ...(element === "u8" && { bytes: true as const }),
      prepare: callsIn(program.phases.slice(0, first)),
      run: callsIn(program.phases.slice(first)),
    },
    tensors: [...addresses.keys()].map((weight) => ({
      values: weight.read(),
      outputChannels: channels.get(weight) ?? 0,
    })),
    kernels: new Set(callsOf(program).map(({ kernel }) => kernel)),
  };
}

/** The program for so many images, in a memory that holds nothing else. */
function laidOut(lowered: Lowered, element: InputFormat["element"], images: number) {
  const allocator = new AddressSpace();
  const addresses = new Map<Weight, number>();
  for (const weight of weightsOf(lowered))
    addresses.set(weight, allocator.allocate(4 * sizeOf(weight.shape), weight.name));
  const places = { addresses, trainable: { address: 0, floats: 0 } };
  const { program, output } = compileInference(
    lowered,
    { evaluation: undefined, batchSize: images, maxSteps: 1, input: { element } },
    { places, threads: 1, id: 0, allocator },
  );
  return { program, addresses, output: output! };
}

/** Of each kernel, the number of its output channels, which are its last axes. */
function outputChannels(ops: readonly GraphOp[]): ReadonlyMap<Weight, number> {
  const channels = new Map<Weight, number>();
  for (const { node } of ops) {
    if (!("kernel" in node)) continue;
    channels.set(node.kernel, "geometry" in node ? node.geometry.K : node.kernel.shape.at(-1)!);
  }
  return channels;
}

function kernelCall({ kernel, args }: Call): KernelCall {
  return [kernel, ...args.map(fixedArgument)];
}

/** An argument where one thread computes one shard in one step. */
function fixedArgument(argument: Argument): number | string | null {
  if (typeof argument === "number") return inJson(argument);
  if (typeof argument === "object") return argument.base;
  if (argument === "samples" || argument === "batch") return null;
  return argument === "shards" ? 1 : 0;
}

/** A number, or as a text what JSON would turn into something else. */
function inJson(value: number): number | string {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}
