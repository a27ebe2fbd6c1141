import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { crc32c } from "./crc.js";
import { type Event, eventRecord, eventsBefore, FILE_VERSION } from "./event-file.js";

interface Golden {
  readonly events: readonly {
    wallTime: number;
    fileVersion?: string;
    step?: number;
    scalars?: Record<string, number>;
  }[];
  /** The file that TensorBoard's own writer creates for these events. */
  readonly base64: string;
}

describe("crc32c", () => {
  it("matches the check values of its definition", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array())).toBe(0);
    // RFC 3720, B.4: 32 bytes of zeros, then 32 of ones.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  });
});

describe("eventRecord", () => {
  it("writes the same bytes as TensorBoard's own writer", () => {
    const path = new URL("../../../../tests/golden/events.json", import.meta.url);
    const golden = JSON.parse(readFileSync(path, "utf8")) as Golden;
    const records = golden.events.map(({ scalars, ...event }): Uint8Array => {
      const whole: Event = { ...event, ...(scalars && { scalars: new Map(Object.entries(scalars)) }) };
      return eventRecord(whole);
    });
    expect(golden.events[0]!.fileVersion).toBe(FILE_VERSION);
    expect(Buffer.concat(records).toString("base64")).toBe(golden.base64);
  });
});

describe("eventsBefore", () => {
  const version = eventRecord({ wallTime: 1, fileVersion: FILE_VERSION });
  const steps = [0, 3, 300, 5_000_000_000];
  const records = steps.map((step) => eventRecord({ wallTime: 2, step, scalars: new Map([["a", 0.5]]) }));
  const file = Buffer.concat([version, ...records]);

  it("keeps only events of earlier steps", () => {
    const kept = (step: number) => Buffer.from(eventsBefore(step, file));
    expect(kept(0)).toEqual(Buffer.from(version));
    steps.forEach((step, index) => {
      expect(kept(step)).toEqual(Buffer.concat([version, ...records.slice(0, index)]));
      expect(kept(step + 1)).toEqual(Buffer.concat([version, ...records.slice(0, index + 1)]));
    });
  });

  it("ends before the first truncated or damaged record", () => {
    const end = file.length - records[3]!.length;
    for (let length = 0; length <= file.length; length++) {
      const kept = eventsBefore(Number.POSITIVE_INFINITY, file.subarray(0, length));
      expect(file.subarray(0, kept.length).equals(kept)).toBe(true);
      if (length >= end) expect(kept.length).toBe(length === file.length ? length : end);
    }
    const damaged = Buffer.from(file);
    damaged[end + 14]! ^= 1;
    expect(eventsBefore(Number.POSITIVE_INFINITY, damaged).length).toBe(end);
    damaged.fill(0xff, end, end + 8);
    expect(eventsBefore(Number.POSITIVE_INFINITY, damaged).length).toBe(end);
  });
});
