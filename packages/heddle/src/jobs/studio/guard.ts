import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Why a request is refused, and with which status. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
}

/** A secret that nobody can guess, as a part of a path. */
export function newToken(): string {
  return randomBytes(18).toString("base64url");
}

/**
 * Refuses what the page did not ask for: other methods, other hosts (a foreign name that was made to point here), other
 * origins, and paths that do not begin with the token.
 *
 * @returns undefined for a request that may be answered
 */
export function refusalOf(
  { method, headers, url = "/" }: Pick<IncomingMessage, "method" | "headers" | "url">,
  { token, port }: { readonly token: string; readonly port: number },
): Refusal | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(headers.host ?? ""))
    return { status: 403, text: "This server answers to its own address only.\n" };
  const { origin } = headers;
  const isForeign = origin !== undefined && !hosts.some((host) => origin === `http://${host}`);
  if (isForeign || headers["sec-fetch-site"] === "cross-site") {
    return { status: 403, text: "This server answers its own page only.\n" };
  }
  const [, first = "", api, what] = url.split(/[/?#]/);
  // The page keeps its runs in the folder of all runs. A browser names the origin of whoever writes.
  const isKept =
    api === "api" && what === "runs" && origin !== undefined && ["PUT", "DELETE"].includes(method ?? "");
  if (method !== "GET" && method !== "HEAD" && !isKept)
    return { status: 405, text: "This server only gives.\n" };
  if (!isSame(first, token)) {
    return {
      status: 403,
      text: "Open the address that heddle studio printed: it holds a secret that this one lacks.\n",
    };
  }
  return undefined;
}

/** Compares in a time that says nothing about where two texts differ. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
