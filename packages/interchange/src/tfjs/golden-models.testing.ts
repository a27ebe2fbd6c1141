import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** A model's files as real TensorFlow.js or its converter writes them, and what the model predicts. */
export interface TfjsCase {
  readonly name: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly shape: readonly number[];
  readonly x: readonly number[];
  readonly predictions: readonly number[];
}

/** The cases of `tools/golden/tfjs-models.mjs` and `tfjs-keras3.py`, by their names. */
export async function tfjsCases(): Promise<ReadonlyMap<string, TfjsCase>> {
  const cases = new Map<string, TfjsCase>();
  for (const file of ["tfjs-models.json", "tfjs-keras3.json"]) {
    const path = fileURLToPath(new URL(`../../../../tests/golden/${file}`, import.meta.url));
    for (const one of JSON.parse(await readFile(path, "utf8")).cases) {
      const files = Object.entries(one.files as Record<string, string>).map(
        ([name, text]) => [name, new Uint8Array(Buffer.from(text, "base64"))] as const,
      );
      cases.set(one.name, { ...one, files: Object.fromEntries(files) });
    }
  }
  return cases;
}

/** The samples of a case, as `predict` takes them. */
export function samplesOf({ shape, x }: TfjsCase) {
  const size = shape.reduce((product, one) => product * one, 1);
  return { images: Float32Array.from(x), count: x.length / size, shape: [...shape] };
}
