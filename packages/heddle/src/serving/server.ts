import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { type FastifyInstance, fastify, LogController } from "fastify";
import type { AnswerLog } from "./answer-log.js";
import type { Catalogue } from "./catalogue.js";
import type { Context, State } from "./context.js";
import { Gate, type GuardOptions } from "./guards.js";
import { InferAhead } from "./infer-ahead.js";
import { Metrics } from "./metrics.js";
import { operationRoutes } from "./operation-routes.js";
import { pictureRoutes } from "./picture-routes.js";
import { Refusal } from "./refusal.js";
import { RequestLog, requestId } from "./request-log.js";
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

/** How long a connection may be idle; longer than load balancers keep one, so that they close it. */
const KEEP_ALIVE_MS = 72_000;

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
    let ahead: InferAhead | undefined;
    const app = fastify({
      logger: { level: logLevel, stream: log },
      // Each request has one line, written when it is answered.
      logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
      // Its one line names the request: a logger for each would take longer than that.
      childLoggerFactory: (logger) => logger,
      bodyLimit: maxBodyBytes,
      forceCloseConnections: "idle",
      genReqId: ({ headers }) => requestId(headers),
      serverFactory: (handler) =>
        httpServer(requestTimeoutMs, (request, response) => {
          if (!ahead?.takes(request, response)) handler(request, response);
        }),
      routerOptions: { maxParamLength: 1000 },
    });
    const server = new ModelServer(app, catalogue, options);
    ahead = server.routes();
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

  private routes(): InferAhead {
    const { app, catalogue, metrics, options } = this;
    const { answers, maxPixels } = options;
    const context: Context = { catalogue, metrics, answers, maxPixels, state: () => this.state };
    app.decorateRequest("served", undefined);
    // Every body as bytes: each protocol reads its own.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_, body, done) => done(null, body));
    const log = new RequestLog(app.log, metrics);
    const gate = new Gate({ ...options, maxBytesInFlight: LARGEST_BODIES * options.maxBodyBytes });
    app.addHook("onRequest", async (request, reply) => {
      reply.header("x-request-id", request.id);
      reply.header("x-content-type-options", "nosniff");
      let bytes = 0;
      // Fastify's own hook is not called when the client has gone; it gets no answer, whatever it would have been.
      reply.raw.once("close", () => {
        gate.leave(bytes);
        log.over(request, reply.raw, reply.elapsedTime);
      });
      bytes = gate.enter(request.raw, (name, value) => reply.header(name, value));
    });
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
      const { status, message, retryAfterSeconds } = log.fault(thrown as Error, request.id);
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
    return new InferAhead(context, gate, log);
  }
}

/** An HTTP server that waits for clients no longer than a request may take. */
function httpServer(requestTimeoutMs: number, listener: RequestListener): Server {
  const limits = {
    // Slow clients are looked for that often.
    connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
    headersTimeout: Math.min(60_000, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const server = createServer(limits, listener);
  server.maxConnections = MOST_CONNECTIONS;
  // Of one that neither sends nor reads.
  server.setTimeout(2 * requestTimeoutMs + IDLE_CLIENT_MS);
  return server;
}
