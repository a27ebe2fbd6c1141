import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { afterAll } from "vitest";
import type { BatchLimits } from "./batcher.js";
import { Catalogue, type Label, Version } from "./catalogue.js";
import type { ServedModel } from "./served-model.js";
import { ModelServer, type ServerOptions } from "./server.js";

/** A model that computes with a function, for tests of what is around models. */
export function fakeModel(
  compute: (image: readonly number[]) => readonly number[],
  options: Partial<ServedModel> = {},
): ServedModel & { readonly batches: number[]; isClosed: boolean } {
  const fake = {
    ...{ inputName: "input0", outputName: "output0", inputShape: [2], outputShape: [2], labels: undefined },
    ...{ batches: [] as number[], isClosed: false, weightsSha256: "0" },
    run: async (images: Uint8Array | Float32Array, count: number) => {
      fake.batches.push(count);
      const size = images.length / count;
      const rows = Array.from({ length: count }, (_, at) => {
        return compute(Array.from(images.subarray(at * size, (at + 1) * size)));
      });
      return Float32Array.from(rows.flat());
    },
    read: async (name: string, bytes: Uint8Array) => {
      if (bytes.length === 0) throw new HeddleError(`${name} is empty.`);
      return { values: bytes.slice(0, 2), inverted: false, empty: false };
    },
    top: (outputs: Float32Array) =>
      Array.from({ length: outputs.length / 2 }, (_, at) => [
        { label: 0, name: "first", probability: outputs[2 * at]! },
      ]),
    close: () => {
      fake.isClosed = true;
    },
    ...options,
  };
  return fake;
}

export const limits: BatchLimits = { maxBatch: 8, maxDelayMs: 0, maxQueue: 32, timeoutMs: 20_000 };

/** A server on a free port, closed when the tests of the file are over. */
export async function startServer(
  models: readonly (readonly [name: string, version: string, model: ServedModel])[],
  options: Partial<ServerOptions> & { readonly labels?: readonly Label[]; readonly isReady?: boolean } = {},
  batching: Partial<BatchLimits> = {},
): Promise<{ readonly url: string; readonly server: ModelServer; readonly log: string[] }> {
  const catalogue = new Catalogue();
  for (const [name, version, model] of models) {
    catalogue.put(new Version(name, version, model, { ...limits, ...batching }), options.labels);
  }
  const log: string[] = [];
  const server = await ModelServer.listen(catalogue, {
    ...{ host: "127.0.0.1", port: 0, maxPixels: 1e6, maxBodyBytes: 100_000 },
    ...{ requestTimeoutMs: 20_000, drainMs: 1000, logLevel: "info" },
    log: { write: (line) => log.push(line) },
    ...options,
  });
  if (options.isReady !== false) server.ready();
  afterAll(() => server.close());
  return { url: server.address, server, log };
}
