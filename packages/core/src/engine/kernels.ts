import { HeddleError } from "../base/errors.js";
import { MEMORY_FLAGS_AT } from "./kernel-table.js";
import type { Variant } from "./variant.js";
import { type CompiledKernels, compileWide } from "./wide.js";

/** The bytes of a kernel build, or where to fetch them. */
export type KernelSource = ArrayBuffer | ArrayBufferView<ArrayBuffer> | Response | URL | string;

/** Kernels for the engine: a source, or a function that chooses one for the variant that will run. */
export type Kernels = KernelSource | ((variant: Variant) => KernelSource | Promise<KernelSource>);

/** How WebAssembly encodes the kind of memory that a module imports. */
const memoryFlags = { plain: 1, shared: 3 };

/**
 * Compiles the kernels for shared or plain memory. One build serves both, because the two differ in one byte: the
 * flags of the imported memory.
 *
 * @throws HeddleError when `kernels` cannot be fetched or is not a kernel build of this version
 */
export async function compileKernels(
  variant: Variant,
  shared: boolean,
  kernels: Kernels = includedKernels,
): Promise<CompiledKernels> {
  const bytes = await bytesOf(typeof kernels === "function" ? await kernels(variant) : kernels);
  const flags = bytes[MEMORY_FLAGS_AT];
  if (flags !== memoryFlags.plain && flags !== memoryFlags.shared) {
    throw new HeddleError({
      who: "Engine",
      expected: `\`kernels\` to be ${variant}.wasm of this version of @heddle/core`,
      received: `${bytes.length} bytes of something else`,
      next: `Use @heddle/core/kernels/${variant}.wasm, or omit \`kernels\`.`,
    });
  }
  bytes[MEMORY_FLAGS_AT] = shared ? memoryFlags.shared : memoryFlags.plain;
  return compileWide(bytes, `${variant} ${bytes.length}`, shared);
}

/**
 * The kernels that come with this package. They are modules of text, not files to fetch: every bundler follows an
 * `import()`, and only the variant that runs is loaded.
 */
async function includedKernels(variant: Variant): Promise<KernelSource> {
  const { base64 } = await (variant === "strict"
    ? import("./kernels-strict.js")
    : import("./kernels-fma.js"));
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
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
