import { fromBase64 } from "../base/base64.js";
import { HeddleError } from "../base/errors.js";
import { setMemory } from "./kernel-bytes.js";
import type { Variant } from "./variant.js";
import { type CompiledKernels, compileWide } from "./wide.js";

/** The bytes of a kernel build, or where to fetch them. */
export type KernelSource = ArrayBuffer | ArrayBufferView<ArrayBuffer> | Response | URL | string;

/** Kernels for the engine: a source, or a function that chooses one for the variant that will run. */
export type Kernels = KernelSource | ((variant: Variant) => KernelSource | Promise<KernelSource>);

/**
 * Compiles the kernels for shared or plain memory: those that come with the package as wide as they run faster with the same
 * bits, others at 128 bits.
 *
 * @throws HeddleError when `kernels` cannot be fetched or is not a kernel build of this version
 */
export async function compileKernels(
  variant: Variant,
  shared: boolean,
  kernels?: Kernels,
): Promise<CompiledKernels> {
  const source = kernels ?? includedKernels;
  const bytes = await bytesOf(typeof source === "function" ? await source(variant) : source);
  if (!setMemory(bytes, shared)) {
    throw new HeddleError({
      who: "Engine",
      expected: `\`kernels\` to be ${variant}.wasm of this version of @heddle/core`,
      received: `${bytes.length} bytes of something else`,
      next: `Use @heddle/core/kernels/${variant}.wasm, or omit \`kernels\`.`,
    });
  }
  const wide = kernels === undefined ? await compileWide(bytes, variant, shared) : undefined;
  return wide ?? { module: await WebAssembly.compile(bytes), width: 128 };
}

/**
 * The kernels that come with this package. They are modules of text, not files to fetch: every bundler follows an
 * `import()`, and only the variant that runs is loaded.
 */
async function includedKernels(variant: Variant): Promise<KernelSource> {
  const { base64 } = await (variant === "strict"
    ? import("./kernels-strict.js")
    : import("./kernels-fma.js"));
  return fromBase64(base64);
}

/** A copy of the source's bytes. */
async function bytesOf(source: KernelSource): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof ArrayBuffer) return new Uint8Array(source.slice());
  if (ArrayBuffer.isView(source)) {
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
  }
  const response = source instanceof Response ? source : await fetch(source);
  if (!response.ok) {
    throw new HeddleError({
      who: "Engine",
      expected: "to fetch the kernels that `kernels` names",
      received: `HTTP ${response.status} from ${response.url}`,
      next: "Check the URL, or omit `kernels`.",
    });
  }
  return new Uint8Array(await response.arrayBuffer());
}
