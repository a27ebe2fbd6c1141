import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { crc32c } from "./crc32c.js";
import { type Event, eventRecord, FILE_VERSION } from "./event-file.js";

interface Golden {
  readonly events: readonly {
    wallTime: number;
    fileVersion?: string;
    step?: number;
    scalars?: Record<string, number>;
  }[];
  /** The file that TensorBoard's writer makes of them. */
  readonly base64: string;
}

describe("crc32c", () => {
  it("gives the check values of its definition", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array())).toBe(0);
    // RFC 3720, B.4: 32 bytes of zeros, and of ones.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  });
});

describe("eventRecord", () => {
  it("writes the bytes that TensorBoard's own writer writes", () => {
    const path = new URL("../../tests/golden/events.json", import.meta.url);
    const golden = JSON.parse(readFileSync(path, "utf8")) as Golden;
    const records = golden.events.map(({ scalars, ...event }): Uint8Array => {
      const whole: Event = { ...event, ...(scalars && { scalars: new Map(Object.entries(scalars)) }) };
      return eventRecord(whole);
    });
    expect(golden.events[0]!.fileVersion).toBe(FILE_VERSION);
    expect(Buffer.concat(records).toString("base64")).toBe(golden.base64);
  });
});
