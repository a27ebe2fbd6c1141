import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  fastify,
  LogController,
} from "fastify";
import type { AnswerLog } from "./answer-log.js";
import type { Catalogue } from "./catalogue.js";
import type { Context, State } from "./context.js";
import { type GuardOptions, guards } from "./guards.js";
import { Metrics } from "./metrics.js";
import { operationRoutes } from "./operation-routes.js";
import { pictureRoutes } from "./picture-routes.js";
import { Refusal } from "./refusal.js";
import { tfServingRoutes } from "./tf-routes.js";
import { v2Routes } from "./v2-routes.js";

/** How a server listens, and what it allows. */
export interface ServerOptions extends Omit<GuardOptions, "maxBytesInFlight"> {
  /** The address to listen on; `127.0.0.1` is reached from this machine alone. */
  readonly host: string;
  /** 0 for one that is free. */
  readonly port: number;
  /** Pixels of a picture at most. */
  readonly maxPixels: number;
  /** How long a client may take to send a request, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** How long a stop waits for answers that are under way, in milliseconds. */
  readonly drainMs: number;
  /** Where answers are kept, too. */
  readonly answers?: AnswerLog | undefined;
  /** The least level of lines in the log: `info` has one for each request. */
  readonly logLevel: string;
  /** Receives the log, a line of JSON each. */
  readonly log: { write(line: string): void };
}

/** Bodies in memory at once: so many of the largest. */
const LARGEST_BODIES = 16;

/** Connections at once; Node closes further ones. */
const MOST_CONNECTIONS = 4096;

/** How often a server that stops looks for connections over which nothing is under way. */
const IDLE_MS = 20;

/** How long a client may neither send nor read, beyond the time that requests may take. */
const IDLE_CLIENT_MS = 10_000;

/** What nginx calls a request whose client has closed the connection. */
const CLIENT_GONE = 499;

/** Ids that clients may choose for their requests. */
const OWN_ID = /^[\w.:/+=-]{1,128}$/;

/** An HTTP server for models. */
export class ModelServer {
  readonly metrics: Metrics;
  private state: State = "starting";

  private constructor(
    private readonly app: FastifyInstance,
    private readonly catalogue: Catalogue,
    private readonly options: ServerOptions,
  ) {
    this.metrics = new Metrics(() =>
      catalogue.all().map(({ name, version, batcher }) => ({ name, version, waiting: batcher.waiting })),
    );
  }

  /**
   * Listens. Until `ready`, probes answer that the server is not ready, and requests are refused.
   *
   * @throws HeddleError when the address cannot be used
   */
  static async listen(catalogue: Catalogue, options: ServerOptions): Promise<ModelServer> {
    const { host, port, maxBodyBytes, requestTimeoutMs, logLevel, log } = options;
    const app = fastify({
      logger: { level: logLevel, stream: log },
      // Each request has one line, written when it is answered.
      logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
      bodyLimit: maxBodyBytes,
      requestTimeout: requestTimeoutMs,
      // Of one that neither sends nor reads.
      connectionTimeout: 2 * requestTimeoutMs + IDLE_CLIENT_MS,
      // Slow clients are looked for that often.
      http: {
        connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
        // Fastify sets the time for the whole request alone, and Node then waits for the other one, 60 s.
        headersTimeout: Math.min(60_000, requestTimeoutMs),
        requestTimeout: requestTimeoutMs,
      },
      forceCloseConnections: "idle",
      genReqId: ({ headers }) => {
        const own = headers["x-request-id"];
        return typeof own === "string" && OWN_ID.test(own) ? own : randomUUID();
      },
      routerOptions: { maxParamLength: 1000 },
    });
    app.server.maxConnections = MOST_CONNECTIONS;
    const server = new ModelServer(app, catalogue, options);
    server.routes();
    try {
      await app.listen({ host, port, backlog: MOST_CONNECTIONS });
    } catch (thrown) {
      await app.close();
      const next = "Choose another `port` or `host`.";
      const expected = "an address that can be listened on";
      throw new HeddleError({ who: `${host}:${port}`, expected, received: messageOf(thrown), next });
    }
    return server;
  }

  /** Where it listens, such as `http://127.0.0.1:8000`. */
  get address(): string {
    const { address, family, port } = this.app.server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  /** From here on requests are answered. */
  ready(): void {
    this.state = "ready";
  }

  /** A line in the log. */
  log(level: "info" | "warn", about: object, message: string): void {
    this.app.log[level](about, message);
  }

  /** Accepts nothing more, and answers what is under way. */
  async close(): Promise<void> {
    const { app, options } = this;
    this.state = "draining";
    const last = setTimeout(() => app.server.closeAllConnections(), options.drainMs);
    // Connections become idle one by one, when what came over them is answered.
    const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_MS);
    await app.close();
    clearInterval(idle);
    clearTimeout(last);
  }

  private routes(): void {
    const { app, catalogue, metrics, options } = this;
    const { answers, maxPixels } = options;
    const context: Context = { catalogue, metrics, answers, maxPixels, state: () => this.state };
    app.decorateRequest("served", undefined);
    // Every body as bytes: each protocol reads its own.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_, body, done) => done(null, body));
    app.addHook("onRequest", async (request, reply) => {
      reply.header("x-request-id", request.id);
      reply.header("x-content-type-options", "nosniff");
      const { raw } = reply;
      // Fastify's own hook is not called when the client has gone; it gets no answer, whatever it would have been.
      raw.once("close", () => {
        this.answered(request, raw.writableFinished ? raw.statusCode : CLIENT_GONE, reply.elapsedTime);
      });
    });
    guards(app, { ...options, maxBytesInFlight: LARGEST_BODIES * options.maxBodyBytes });
    app.addHook("preHandler", async ({ method }) => {
      if (this.state === "ready" || method !== "POST") return;
      const received = this.state === "starting" ? "one that starts" : "one that stops";
      const parts = { who: "Server", expected: "a server that is ready", received };
      throw new Refusal(503, { ...parts, next: "Ask again in 1 s." }, 1);
    });
    app.addHook("onSend", async (_, reply) => {
      if (this.state === "draining") reply.header("connection", "close");
    });
    app.setErrorHandler((thrown, request, reply) => {
      const { status, message, retryAfterSeconds } = faultOf(thrown as Error, request);
      if (retryAfterSeconds !== undefined) reply.header("retry-after", retryAfterSeconds);
      return reply
        .code(status)
        .type("application/json")
        .send(JSON.stringify({ error: message }));
    });
    app.setNotFoundHandler(({ method, url }) => {
      const parts = { who: "Address", expected: "one that GET /openapi.json describes" };
      const received = `${method} ${url.slice(0, 200)}`;
      throw new Refusal(404, { ...parts, received, next: "See docs/serving.md." });
    });
    app.options("/*", (_, reply) => reply.code(204).send());
    v2Routes(app, context);
    tfServingRoutes(app, context);
    pictureRoutes(app, context);
    operationRoutes(app, context);
  }

  private answered(request: FastifyRequest, status: number, ms: number): void {
    const { served, method, url, ip } = request;
    // Probes and pages are not counted; what was refused before its model was known is.
    if (served || status >= 400) {
      const { protocol = "", model = "", version = "" } = served ?? {};
      this.metrics.request({ protocol, model, version, status, seconds: ms / 1000 });
    }
    const milliseconds = Math.round(1000 * ms) / 1000;
    request.log.info({ method, url, status, milliseconds, ip, ...served }, "answered");
  }
}

/** What a client is told of a fault; one of our own is in the log alone. */
function faultOf(thrown: Error, request: FastifyRequest) {
  if (thrown instanceof Refusal) {
    const { status, message, retryAfterSeconds } = thrown;
    return { status, message, retryAfterSeconds };
  }
  if (thrown instanceof HeddleError) return { status: 400, message: thrown.message };
  const { statusCode = 500 } = thrown as FastifyError;
  if (statusCode < 500) return { status: statusCode, message: thrown.message };
  if (statusCode === 503) return { status: 503, message: thrown.message, retryAfterSeconds: 1 };
  request.log.error({ err: thrown }, "a fault");
  return { status: 500, message: `The server has a fault; its log has it under ${request.id}.` };
}
