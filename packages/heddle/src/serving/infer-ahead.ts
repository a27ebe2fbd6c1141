import type { IncomingMessage, ServerResponse } from "node:http";
import type { Version } from "./catalogue.js";
import { type Asker, begin, type Context, outputsFor } from "./context.js";
import type { Gate } from "./guards.js";
import { type RequestLog, requestId } from "./request-log.js";
import { inferAnswer, LENGTH_HEADER } from "./v2-answer.js";
import { readInferRequest } from "./v2-request.js";

/** `/v2/models/M[/versions/V]/infer` */
const PATH = /^\/v2\/models\/([^/?%]+)(?:\/versions\/([^/?%]+))?\/infer$/;

/** A request that is answered here, and where its answer goes. */
interface Taken extends Asker {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Answers inference requests of the Open Inference Protocol without Fastify, whose hooks and objects take longer than a small
 * model: those of programs that say how long their bodies are, while the server is ready. It leaves the rest to Fastify, where
 * they are answered in the same way.
 */
export class InferAhead {
  constructor(
    private readonly context: Context,
    private readonly gate: Gate,
    private readonly log: RequestLog,
  ) {}

  /** @returns whether it answers the request */
  takes(request: IncomingMessage, response: ServerResponse): boolean {
    const { method, url, headers } = request;
    const isPlain = headers["content-length"] !== undefined && headers.origin === undefined;
    const path = method === "POST" && isPlain && this.context.state() === "ready" ? PATH.exec(url!) : null;
    if (!path) return false;
    const taken: Taken = { id: requestId(headers), served: undefined, request, response };
    this.receive(taken, path[1]!, path[2]);
    return true;
  }

  /** Looks for the model before the body arrives. */
  private receive(taken: Taken, model: string, wanted: string | undefined): void {
    const { request, response } = taken;
    const { method, url, headers, socket } = request;
    const started = performance.now();
    let bytes = 0;
    response.once("close", () => {
      this.gate.leave(bytes);
      const about = {
        id: taken.id,
        served: taken.served,
        method: method!,
        url: url!,
        ip: socket.remoteAddress ?? "",
      };
      this.log.over(about, response, performance.now() - started);
    });
    try {
      bytes = this.gate.enter(request, (name, value) => response.setHeader(name, value));
      const version = this.context.catalogue.find(model, wanted);
      begin(taken, "v2", version);
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        const jsonBytes = headers[LENGTH_HEADER]?.toString();
        this.answer(taken, version, body, jsonBytes).catch((thrown) => this.refuse(taken, thrown));
      });
    } catch (thrown) {
      this.refuse(taken, thrown);
    }
  }

  private async answer(
    taken: Taken,
    version: Version,
    body: Buffer,
    length: string | undefined,
  ): Promise<void> {
    const asked = readInferRequest(body, length, version.model);
    await version.use(async () => {
      const { values: images, count } = asked;
      const { answers } = this.context;
      const outputs = await outputsFor(taken, taken.response, { version, images, count, answers });
      const { body: written, jsonBytes } = inferAnswer(version, asked, outputs);
      const isJson = jsonBytes === undefined;
      this.send(taken, 200, written, {
        "content-type": isJson ? JSON_TYPE : "application/octet-stream",
        ...(!isJson && { [LENGTH_HEADER]: jsonBytes }),
      });
    });
  }

  private refuse(taken: Taken, thrown: unknown): void {
    const { status, message, retryAfterSeconds } = this.log.fault(thrown as Error, taken.id);
    this.send(taken, status, JSON.stringify({ error: message }), {
      "content-type": JSON_TYPE,
      ...(retryAfterSeconds !== undefined && { "retry-after": retryAfterSeconds }),
    });
  }

  private send({ id, response }: Taken, status: number, body: Uint8Array | string, headers: object): void {
    // Its client has gone.
    if (response.destroyed || response.headersSent) return;
    response.writeHead(status, {
      ...headers,
      "content-length": typeof body === "string" ? Buffer.byteLength(body) : body.length,
      "x-request-id": id,
      "x-content-type-options": "nosniff",
      ...(this.context.state() === "draining" && { connection: "close" }),
    });
    response.end(body);
  }
}

const JSON_TYPE = "application/json; charset=utf-8";
