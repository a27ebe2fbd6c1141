// Checks of accepted content, for the parse functions of targets.
import { createHash } from "node:crypto";

/** An accepted result that is wrong: a finding. */
export class WrongAnswer extends Error {
  name = "WrongAnswer";
}

/** @param {boolean} holds @param {string} what @returns {asserts holds} */
export function check(holds, what) {
  if (!holds) throw new WrongAnswer(what);
}

/** A checksum of arrays, texts and numbers, to compare contents by. @param {...unknown} parts */
export function fingerprint(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) {
    if (ArrayBuffer.isView(part))
      hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength).slice());
    else hash.update(JSON.stringify(part) ?? "undefined");
    hash.update("|");
  }
  return hash.digest("hex");
}

/** @param {string} text */
export function bytesOf(text) {
  return new TextEncoder().encode(text);
}

/** As files of text are read: UTF-8, or refused. @param {Uint8Array} bytes @param {(text: string) => unknown} parse */
export function asText(bytes, parse) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refusedBefore;
  }
  return parse(text);
}

/** Marks inputs that never reach the parser, because reading the file refuses them. */
export const refusedBefore = Symbol("refused before the parser");

/** Marks accepted content that has no checksum. */
export const untold = Symbol("accepted, but damage cannot be detected");
