import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { FastifyBaseLogger, FastifyError } from "fastify";
import type { Asker } from "./context.js";
import type { Metrics } from "./metrics.js";
import { Refusal } from "./refusal.js";

/** Ids that clients may choose for their requests. */
const OWN_ID = /^[\w.:/+=-]{1,128}$/;

/** What nginx calls a request whose client has closed the connection. */
const CLIENT_GONE = 499;

/** What is told of a request when it is over. */
export interface OverRequest extends Asker {
  readonly method: string;
  readonly url: string;
  readonly ip: string;
}

/** What a client is told of a fault. */
export interface Fault {
  readonly status: number;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** The id of a request: its client's, or a new one. */
export function requestId(headers: IncomingHttpHeaders): string {
  const own = headers["x-request-id"];
  return typeof own === "string" && OWN_ID.test(own) ? own : randomUUID();
}

/** Counts requests, and writes a line for each. */
export class RequestLog {
  constructor(
    private readonly logger: FastifyBaseLogger,
    private readonly metrics: Metrics,
  ) {}

  /** Notes that a request is over. */
  over({ id, served, method, url, ip }: OverRequest, response: ServerResponse, ms: number): void {
    const status = response.writableFinished ? response.statusCode : CLIENT_GONE;
    // Probes and pages are not counted; what was refused before its model was known is.
    if (served || status >= 400) {
      const { protocol = "", model = "", version = "" } = served ?? {};
      this.metrics.request({ protocol, model, version, status, seconds: ms / 1000 });
    }
    const milliseconds = Math.round(1000 * ms) / 1000;
    this.logger.info({ requestId: id, method, url, status, milliseconds, ip, ...served }, "answered");
  }

  /** What a client is told of a fault; one of our own is in the log alone. */
  fault(thrown: Error, id: string): Fault {
    if (thrown instanceof Refusal) {
      const { status, message, retryAfterSeconds } = thrown;
      return { status, message, retryAfterSeconds };
    }
    if (thrown instanceof HeddleError) return { status: 400, message: thrown.message };
    const { statusCode = 500 } = thrown as FastifyError;
    if (statusCode < 500) return { status: statusCode, message: thrown.message };
    if (statusCode === 503) return { status: 503, message: thrown.message, retryAfterSeconds: 1 };
    this.logger.error({ requestId: id, err: thrown }, "a fault");
    return { status: 500, message: `The server has a fault; its log has it under ${id}.` };
  }
}
