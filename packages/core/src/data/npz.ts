import { checkOptions } from "../base/known-options.js";
import { abortSignal, anyText } from "../base/rules.js";
import { readNpy } from "../formats/npy.js";
import { unzip, zipEntries } from "../formats/zip.js";
import type { ArrayOptions } from "./array-split.js";
import { FORM_RULES } from "./form-options.js";
import { type ArrayImages, type ArraySource, readNamedArrays } from "./named-arrays.js";

/** The options of {@link readNpz}. */
export interface NpzOptions extends ArrayOptions {
  /**
   * The file's path, for errors.
   *
   * @defaultValue `"npz file"`
   */
  readonly name?: string | undefined;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** The images of an `.npz` file. */
export type NpzImages = ArrayImages;

/**
 * Reads images and labels from an `.npz` file in the layout of Keras's `mnist.npz`. Runs in Node and in browsers.
 *
 * `x_train` and `x_test` are `[N, H, W]`, `[N, H, W, C]` or `[N, P]`, numbers or booleans in C or Fortran order; `y_train` and
 * `y_test` are `[N]` or `[N, 1]`, whole numbers or text. Other names are `train_images` and `train_labels`, or `images` and
 * `labels` or `x` and `y` for a single split. Validation arrays are the test split if there is no other. Arrays that are not
 * read are listed in `leftOut`.
 *
 * @throws HeddleError if the archive is damaged, an array is missing or pickled, or images and labels do not match;
 *   AbortedError on `signal`
 * @example
 * const { train } = await readNpz(bytes, { name: "mnist.npz" });
 * train.shape; // [28, 28, 1]
 */
export async function readNpz(bytes: Uint8Array, options: NpzOptions = {}): Promise<NpzImages> {
  checkOptions("npz", options, {
    name: anyText,
    shape: FORM_RULES.shape,
    missing: FORM_RULES.missing,
    signal: abortSignal,
  });
  const { name = "npz file", signal } = options;
  return readNamedArrays(npzArrays(bytes, { name, signal }), options);
}

/** The arrays of an `.npz` file. */
export function npzArrays(
  bytes: Uint8Array,
  { name, signal }: { readonly name: string; readonly signal?: AbortSignal | undefined },
): ArraySource {
  const arrays = new Map(zipEntries(bytes, name).map((entry) => [entry.name.replace(/\.npy$/, ""), entry]));
  return {
    name,
    names: [...arrays.keys()],
    read: async (array) =>
      readNpy(await unzip(bytes, arrays.get(array)!, { name, signal }), `${name}, ${array}`),
  };
}
