import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Refusal } from "./refusal.js";

/** Who may ask, and how much. */
export interface GuardOptions {
  /** Every request but probes and the page must carry it (`Authorization: Bearer …`). */
  readonly token?: string | undefined;
  /** The origin whose pages may call the server, such as `https://example.org`; none by default. */
  readonly corsOrigin?: string | undefined;
  /** Requests a second from one address; without limit by default. */
  readonly ratePerSecond?: number | undefined;
  /** Bytes of bodies that may be in memory at once. */
  readonly maxBytesInFlight: number;
  /** Bytes of a body at most. */
  readonly maxBodyBytes: number;
}

/** What anybody may ask: probes carry no token, and the page asks for it. */
const OPEN = new Set(["/", "/v2/health/live", "/v2/health/ready"]);

/** Addresses whose rates are kept; the oldest is forgotten beyond that. */
const MOST_ADDRESSES = 10_000;

/** Refuses requests before their bodies are read. */
export function guards(app: FastifyInstance, options: GuardOptions): void {
  const { token, corsOrigin, ratePerSecond, maxBytesInFlight, maxBodyBytes } = options;
  const rate = ratePerSecond === undefined ? undefined : new RateLimit(ratePerSecond);
  const expected = token === undefined ? undefined : digest(token);
  let bytesInFlight = 0;
  app.addHook("onRequest", async (request, reply) => {
    checkOrigin(request, reply, corsOrigin);
    if (request.method === "OPTIONS") return;
    const [path] = request.url.split("?", 1);
    if (OPEN.has(path!)) return;
    if (expected) checkToken(request, reply, expected);
    rate?.take(request.ip);
    checkEncoding(request);
    const bytes = bodyBytes(request, maxBodyBytes);
    if (bytes > maxBodyBytes) throw tooLarge(maxBodyBytes);
    if (bytesInFlight > 0 && bytesInFlight + bytes > maxBytesInFlight) throw busy();
    bytesInFlight += bytes;
    // Also where the client goes without an answer.
    reply.raw.once("close", () => {
      bytesInFlight -= bytes;
    });
  });
}

/** How large a body will be, or may become where its head does not say. */
function bodyBytes({ headers }: FastifyRequest, maxBodyBytes: number): number {
  const length = headers["content-length"];
  if (length !== undefined) return Number(length);
  return headers["transfer-encoding"] === undefined ? 0 : maxBodyBytes;
}

/** A page of another origin may only call the server where that was allowed. */
function checkOrigin({ headers, method }: FastifyRequest, reply: FastifyReply, allowed: string | undefined) {
  const { origin, host } = headers;
  if (origin === undefined || isOwn(origin, host)) return;
  if (origin !== allowed) {
    const next = "Start the server with `cors` set to this origin.";
    throw new Refusal(403, {
      ...{ who: "Request", expected: "one from the server's own page or from a program" },
      ...{ received: `one from ${origin.slice(0, 200)}`, next },
    });
  }
  reply.header("access-control-allow-origin", origin).header("vary", "origin");
  reply.header("access-control-expose-headers", "inference-header-content-length, x-request-id, retry-after");
  if (method !== "OPTIONS") return;
  reply.header("access-control-allow-methods", "GET, POST");
  reply.header(
    "access-control-allow-headers",
    "authorization, content-type, inference-header-content-length, x-request-id",
  );
}

function isOwn(origin: string, host: string | undefined): boolean {
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

function checkToken({ headers }: FastifyRequest, reply: FastifyReply, expected: Buffer): void {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  if (token !== undefined && timingSafeEqual(digest(token), expected)) return;
  reply.header("www-authenticate", "Bearer");
  throw new Refusal(401, {
    who: "Request",
    expected: "the server's token in the header Authorization: Bearer …",
    received: token === undefined ? "none" : "another one",
    next: "Ask whoever runs the server.",
  });
}

/** Of one length, so that a comparison says nothing about the token's. */
function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Nothing is unpacked: a small body could become a large one. */
function checkEncoding({ headers }: FastifyRequest): void {
  const encoding = headers["content-encoding"];
  if (encoding === undefined || encoding === "identity") return;
  const next = "Send it as it is.";
  throw new Refusal(415, { who: "Request", expected: "a body that is not packed", received: encoding, next });
}

function tooLarge(maxBodyBytes: number): Refusal {
  return new Refusal(413, {
    who: "Request",
    expected: `a body of at most ${maxBodyBytes} bytes`,
    received: "a larger one",
    next: "Send less at once.",
  });
}

function busy(): Refusal {
  const parts = { who: "Server", expected: "fewer bytes at once", received: "more than it holds" };
  return new Refusal(503, { ...parts, next: "Ask again in 1 s." }, 1);
}

/** So many requests a second from each address, and as many at once. */
class RateLimit {
  private readonly buckets = new Map<string, { left: number; at: number }>();

  constructor(private readonly perSecond: number) {}

  /** @throws Refusal 429 */
  take(address: string): void {
    const { perSecond, buckets } = this;
    const most = Math.max(1, perSecond);
    const now = performance.now();
    const bucket = buckets.get(address) ?? { left: most, at: now };
    buckets.delete(address);
    buckets.set(address, bucket);
    if (buckets.size > MOST_ADDRESSES) buckets.delete(buckets.keys().next().value!);
    bucket.left = Math.min(most, bucket.left + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    if (bucket.left >= 1) bucket.left--;
    else {
      const seconds = Math.ceil((1 - bucket.left) / perSecond);
      const parts = { who: "Request", expected: `at most ${perSecond} requests a second`, received: "more" };
      throw new Refusal(429, { ...parts, next: `Ask again in ${seconds} s.` }, seconds);
    }
  }
}
