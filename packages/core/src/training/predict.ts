import { eachRun, type SampleSource } from "./evaluate.js";
import type { Session } from "./session.js";

/** A model's outputs for samples, `[N, …outputShape]`, with dropout off. */
export async function predict(
  session: Session,
  { input, parts }: SampleSource,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const compiled = session.prediction(input);
  const runs: Float32Array[] = [];
  await session.alone(async () => {
    session.weights.write();
    for await (const { data, count } of parts) {
      await eachRun(compiled, count, async (rows) => {
        await session.run(compiled, { data, rows, signal });
        runs.push(await session.outputs(compiled, rows.length));
      });
    }
  });
  return joined(runs);
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  if (arrays.length === 1) return arrays[0]!;
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
