import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
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

/** Sets a header of the answer. */
type SetHeader = (name: string, value: string) => void;

/** Refuses requests before their bodies are read. */
export class Gate {
  private readonly rate: RateLimit | undefined;
  private readonly token: Buffer | undefined;
  private bytesInFlight = 0;

  constructor(private readonly options: GuardOptions) {
    const { token, ratePerSecond } = options;
    this.rate = ratePerSecond === undefined ? undefined : new RateLimit(ratePerSecond);
    this.token = token === undefined ? undefined : digest(token);
  }

  /**
   * Lets a request in; its body counts until `leave` is called with what this returns, even if the client goes without an
   * answer.
   *
   * @throws Refusal 401, 403, 413, 415, 429 or 503
   */
  enter({ method, url, headers, socket }: IncomingMessage, setHeader: SetHeader): number {
    const { corsOrigin, maxBytesInFlight, maxBodyBytes } = this.options;
    checkOrigin(headers, method, setHeader, corsOrigin);
    if (method === "OPTIONS") return 0;
    const [path] = url!.split("?", 1);
    if (OPEN.has(path!)) return 0;
    if (this.token) checkToken(headers, setHeader, this.token);
    this.rate?.take(socket.remoteAddress ?? "");
    checkEncoding(headers);
    const bytes = bodyBytes(headers, maxBodyBytes);
    if (bytes > maxBodyBytes) throw tooLarge(maxBodyBytes);
    if (this.bytesInFlight > 0 && this.bytesInFlight + bytes > maxBytesInFlight) throw busy();
    this.bytesInFlight += bytes;
    return bytes;
  }

  /** The body is no longer in memory. */
  leave(bytes: number): void {
    this.bytesInFlight -= bytes;
  }
}

/** How large a body will be, or may become where its head does not say. */
function bodyBytes(headers: IncomingHttpHeaders, maxBodyBytes: number): number {
  const length = headers["content-length"];
  if (length !== undefined) return Number(length);
  return headers["transfer-encoding"] === undefined ? 0 : maxBodyBytes;
}

/** A page of another origin may only call the server where that was allowed. */
function checkOrigin(
  { origin, host }: IncomingHttpHeaders,
  method: string | undefined,
  setHeader: SetHeader,
  allowed: string | undefined,
): void {
  if (origin === undefined || isOwn(origin, host)) return;
  if (origin !== allowed) {
    const next = "Start the server with `cors` set to this origin.";
    throw new Refusal(403, {
      ...{ who: "Request", expected: "one from the server's own page or from a program" },
      ...{ received: `one from ${origin.slice(0, 200)}`, next },
    });
  }
  setHeader("access-control-allow-origin", origin);
  setHeader("vary", "origin");
  setHeader("access-control-expose-headers", "inference-header-content-length, x-request-id, retry-after");
  if (method !== "OPTIONS") return;
  setHeader("access-control-allow-methods", "GET, POST");
  setHeader(
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

function checkToken(headers: IncomingHttpHeaders, setHeader: SetHeader, expected: Buffer): void {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  if (token !== undefined && timingSafeEqual(digest(token), expected)) return;
  setHeader("www-authenticate", "Bearer");
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
function checkEncoding(headers: IncomingHttpHeaders): void {
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
