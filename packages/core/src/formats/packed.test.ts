import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readGolden } from "../base/golden.testing.js";
import { crc64 } from "./crc64.js";
import { unpacked } from "./packed.js";

/** Files that Python and xz packed (tools/golden/packed.py). */
const golden = readGolden<Record<string, { packed: string; length: number; sha256: string }>>("packed");
const bytesOf = (name: string) => Uint8Array.from(Buffer.from(golden[name]!.packed, "base64"));
const refused = ["xz, SHA-256", "xz, a filter for programs"];
const names = Object.keys(golden).filter((name) => !refused.includes(name));

async function content(source: Parameters<typeof unpacked>[0]): Promise<Buffer> {
  const chunks = [];
  for await (const chunk of unpacked(source, "a")) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* split(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

const refusal = (bytes: Uint8Array) =>
  content(bytes).then(
    () => "accepted",
    (thrown: unknown) => String(thrown),
  );

describe("a packed file", () => {
  it.each(names)("holds what was packed: %s", async (name) => {
    const { length, sha256 } = golden[name]!;
    const bytes = await content(bytesOf(name));
    expect([bytes.length, createHash("sha256").update(bytes).digest("hex")]).toEqual([length, sha256]);
  });

  it.each(["bzip2, one block", "xz, several blocks", "xz, two streams"])(
    "may arrive a byte at a time: %s",
    async (name) => {
      expect((await content(split(bytesOf(name), 1))).equals(await content(bytesOf(name)))).toBe(true);
    },
  );

  it("closes its source when its reader stops", async () => {
    let closed = 0;
    async function* source(bytes: Uint8Array) {
      try {
        for (;;) yield bytes;
      } finally {
        closed++;
      }
    }
    for (const name of ["bzip2, two streams", "xz, two streams"]) {
      for await (const _ of unpacked(source(bytesOf(name)), "a")) break;
    }
    for await (const _ of unpacked(source(new Uint8Array(9)), "a")) break;
    expect(closed).toBe(3);
  });
});

describe("a damaged file", () => {
  it.each(["bzip2, runs", "xz, runs", "xz, two streams"])("is refused wherever it ends: %s", async (name) => {
    const bytes = bytesOf(name);
    const whole = await content(bytes);
    for (let length = 6; length < bytes.length; length++) {
      const result = await content(bytes.subarray(0, length)).catch(String);
      if (typeof result === "string")
        expect(result).toMatch(/^HeddleError: a: expected a whole (bzip2|xz) stream/);
      // Of several streams, the first is whole.
      else expect([name, whole.subarray(0, result.length)]).toEqual(["xz, two streams", result]);
    }
  });

  it.each(["bzip2, runs", "bzip2, two streams", "xz, runs", "xz, several blocks"])(
    "is refused for wrong bytes: %s",
    async (name) => {
      const bytes = bytesOf(name);
      const whole = await content(bytes);
      const step = Math.ceil(bytes.length / 150);
      for (let at = 6; at < bytes.length - 1; at += step) {
        const changed = bytes.slice();
        changed[at]! ^= 1 << (at % 8);
        const result = await content(changed).catch(String);
        // Some bits of bzip2 mean nothing, as those of a code that no symbol uses.
        if (typeof result !== "string") expect([name.slice(0, 5), result]).toEqual(["bzip2", whole]);
        else expect(result).toMatch(/^HeddleError: a: expected a whole (bzip2|xz) stream/);
      }
    },
  );

  it("is refused for what follows it", async () => {
    for (const name of ["bzip2, runs", "xz"]) {
      expect(await refusal(Buffer.concat([bytesOf(name), Buffer.from("other bytes")]))).toContain(
        "received one that is followed by other bytes",
      );
    }
  });

  it("is refused where it needs what Heddle does not have", async () => {
    expect(await refusal(bytesOf("xz, SHA-256"))).toContain(
      "whose checksum is neither CRC-32 nor CRC-64: unpack it with xz -d",
    );
    expect(await refusal(bytesOf("xz, a filter for programs"))).toContain("unpack it with xz -d");
  });
});

it("CRC-64 is that of ECMA-182", () => {
  const digits = new TextEncoder().encode("123456789");
  expect(crc64(digits)).toEqual([0xdf1939fa, 0x995dc9bb]);
  expect(crc64(digits.subarray(4), crc64(digits.subarray(0, 4)))).toEqual(crc64(digits));
});
