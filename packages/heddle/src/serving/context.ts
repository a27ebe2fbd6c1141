import type { ServerResponse } from "node:http";
import type { FastifyRequest } from "fastify";
import type { AnswerLog } from "./answer-log.js";
import type { Catalogue, Version } from "./catalogue.js";
import type { Metrics } from "./metrics.js";

/** What a server is doing. */
export type State = "starting" | "ready" | "draining";

/** What the routes share. */
export interface Context {
  readonly catalogue: Catalogue;
  readonly metrics: Metrics;
  readonly answers: AnswerLog | undefined;
  readonly state: () => State;
  /** Pixels of a picture at most. */
  readonly maxPixels: number;
}

/** Which model a request went to, for its metrics and its line in the log. */
export interface Served {
  readonly protocol: string;
  model?: string;
  version?: string;
  images?: number;
}

/** Who asks: what metrics, the log and kept answers say of a request. */
export interface Asker {
  readonly id: string;
  served: Served | undefined;
}

declare module "fastify" {
  interface FastifyRequest {
    served: Served | undefined;
  }
}

/** Computes the outputs for a request's images, unless its client goes before that. */
export async function outputsFor(
  { served, id }: Asker,
  response: ServerResponse,
  of: {
    readonly version: Version;
    readonly images: Float32Array | Uint8Array;
    readonly count: number;
    readonly answers: AnswerLog | undefined;
  },
): Promise<Float32Array> {
  const { version, images, count, answers } = of;
  if (served) served.images = count;
  const outputs = await version.batcher.submit(images, count, whenGone(response));
  answers?.write({ id, version, outputs, count });
  return outputs;
}

/**
 * Notes which version answers, for the metrics and the log; nothing of a request is read yet.
 *
 * @throws Refusal 503 when the version's queue is full
 */
export function begin(asker: Asker, protocol: string, { name, version, batcher }: Version): void {
  asker.served = { protocol, model: name, version };
  batcher.checkRoom();
}

/** Calls a function when the connection ends before the answer has been sent. */
function whenGone(response: ServerResponse): (drop: () => void) => void {
  return (drop) => {
    response.once("close", () => {
      if (!response.writableFinished) drop();
    });
    // It may have gone while its picture was decoded.
    if (response.destroyed) drop();
  };
}

/** The bytes of a request's body. */
export function bodyOf({ body }: FastifyRequest): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array(0);
}
