import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeddleError } from "../base/errors.js";
import { type NamedTensor, readSafetensors, writeSafetensors } from "./safetensors.js";

const tensors: NamedTensor[] = [
  {
    name: "conv/kernel",
    shape: [2, 3],
    values: new Float32Array([1, -2, 3.5, 0, 1e-45, Number.POSITIVE_INFINITY]),
  },
  { name: "bias", shape: [1], values: new Float32Array([7]) },
  { name: "scalar", shape: [], values: new Float32Array([9]) },
  { name: "nothing", shape: [0, 4], values: new Float32Array(0) },
];

/** A file with this header and `dataBytes` zero bytes of data. */
function fileOf(header: unknown, dataBytes: number, headerLength?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, headerLength ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const f32 = (shape: unknown, ...offsets: number[]) => ({ dtype: "F32", shape, data_offsets: offsets });

describe("writeSafetensors and readSafetensors", () => {
  it("keep the tensors in their order", () => {
    const read = readSafetensors("w", writeSafetensors(tensors));
    expect([...read.values()]).toEqual(tensors);
  });

  it("keep any names, shapes and values", () => {
    const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
    // Keys that are whole numbers do not keep their place in a JSON object.
    const name = fc
      .string({ unit: "grapheme", maxLength: 12 })
      .filter((text) => !/^\d+$/.test(text) && text !== "__metadata__");
    const list = fc.uniqueArray(fc.tuple(name, shape, fc.nat(100)), {
      selector: ([text]) => text,
      maxLength: 5,
    });
    fc.assert(
      fc.property(list, (parts) => {
        const written = parts.map(([name, shape, seed]): NamedTensor => {
          const count = shape.reduce((product, size) => product * size, 1);
          return { name, shape, values: Float32Array.from({ length: count }, (_, i) => seed - i / 3) };
        });
        const bytes = writeSafetensors(written, { note: "é" });
        const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
        expect(headerBytes % 8).toBe(0);
        expect([...readSafetensors("w", bytes).values()]).toEqual(written);
      }),
    );
  });

  it("lay a file out as a length, JSON and little-endian data", () => {
    const bytes = writeSafetensors([{ name: "a", shape: [2], values: new Float32Array([1, -2]) }], {
      seed: "4",
    });
    const view = new DataView(bytes.buffer);
    const headerBytes = Number(view.getBigUint64(0, true));
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)))).toEqual({
      __metadata__: { format: "heddle", seed: "4" },
      a: f32([2], 0, 8),
    });
    expect(bytes.length).toBe(8 + headerBytes + 8);
    expect([view.getFloat32(8 + headerBytes, true), view.getFloat32(12 + headerBytes, true)]).toEqual([
      1, -2,
    ]);
  });

  it("read a file from anywhere in a buffer, with its data in any order", () => {
    const file = fileOf({ b: f32([1], 4, 8), a: f32([1], 0, 4) }, 8);
    new DataView(file.buffer).setFloat32(file.length - 4, 5, true);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(readSafetensors("w", shifted.subarray(3)).get("b")!.values).toEqual(new Float32Array([5]));
  });
});

describe("readSafetensors on damaged files", () => {
  const end = "Check that it is the right file, or download or copy it again.";

  it("are read from floats of 16 and 64 bits and from whole numbers", () => {
    const types = { F64: 8, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1, BOOL: 1 };
    const header: Record<string, unknown> = {};
    let end = 0;
    for (const [dtype, size] of Object.entries(types)) {
      header[dtype] = { dtype, shape: [1], data_offsets: [end, end + size] };
      end += size;
    }
    const file = fileOf(header, end);
    const view = new DataView(file.buffer, file.length - end);
    view.setFloat64(0, -1 / 3, true);
    view.setUint16(8, 0xb555, true);
    view.setUint16(10, 0xbeab, true);
    view.setBigInt64(12, -7n, true);
    view.setInt32(20, -(2 ** 30), true);
    view.setUint8(24, 200);
    view.setUint8(25, 1);
    const values = [...readSafetensors("test", file).values()].map((tensor) => tensor.values[0]);
    expect(values).toEqual([Math.fround(-1 / 3), -0.333251953125, -0.333984375, -7, -(2 ** 30), 200, 1]);
  });

  it("are written in 16 bits, rounded to the nearest", () => {
    const values = Float32Array.of(1 / 3, -65504, 2 ** -24, 0);
    const file = writeSafetensors([{ name: "a", shape: [4], values }], {}, "F16");
    expect([...readSafetensors("test", file).get("a")!.values]).toEqual([
      0.333251953125,
      -65504,
      2 ** -24,
      0,
    ]);
    expect(new TextDecoder().decode(file)).toContain('"dtype":"F16"');
  });

  it.each([
    ["an empty file", new Uint8Array(0), "a safetensors file, received 0 bytes"],
    ["a file truncated in its length", new Uint8Array(7), "a safetensors file, received 7 bytes"],
    ["a header longer than the file", fileOf({}, 0, 3n), "a header within 2 bytes, received a length of 3"],
    [
      "a huge header",
      fileOf({}, 0, 2n ** 63n),
      "a header within 2 bytes, received a length of 9223372036854776000",
    ],
    ["a header that is not an object", fileOf("[]", 0), "a header of named tensors, received object"],
    [
      "an unsupported type",
      fileOf({ a: { ...f32([1], 0, 2), dtype: "F8_E5M2" } }, 2),
      "tensor a of F32, F16, BF16, F64 or whole numbers, received F8_E5M2",
    ],
    ["no type", fileOf({ a: 7 }, 0), "tensor a of F32, F16, BF16, F64 or whole numbers, received none"],
    ["a shape of strings", fileOf({ a: f32(["2"], 0, 8) }, 8), 'a shape for tensor a, received ["2"]'],
    ["a negative size", fileOf({ a: f32([-1], 0, 4) }, 4), "a shape for tensor a, received [-1]"],
    ["no shape", fileOf({ a: { dtype: "F32" } }, 4), "a shape for tensor a, received nothing"],
    ["one offset", fileOf({ a: f32([1], 0) }, 4), "two offsets for tensor a, received [0]"],
    [
      "offsets past the end",
      fileOf({ a: f32([2], 0, 8) }, 4),
      "tensor a of 8 bytes within the file, received bytes 0 to 8",
    ],
    [
      "offsets that do not match the shape",
      fileOf({ a: f32([2], 0, 4) }, 4),
      "tensor a of 8 bytes within the file, received bytes 0 to 4",
    ],
    [
      "offsets the wrong way round",
      fileOf({ a: f32([1], 4, 0) }, 4),
      "tensor a of 4 bytes within the file, received bytes 4 to 0",
    ],
    [
      "a shape beyond all memory",
      fileOf({ a: f32([2 ** 40, 2 ** 40], 0, 4) }, 4),
      "within the file, received bytes 0 to 4",
    ],
    [
      "an overlap",
      fileOf({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12),
      "adjacent tensors, received a gap or overlap at byte 4",
    ],
    [
      "a type that is not text",
      fileOf({ a: { dtype: { toString: 1 }, shape: [1], data_offsets: [0, 4] } }, 4),
      'tensor a of F32, F16, BF16, F64 or whole numbers, received {"toString":1}',
    ],
    [
      "a deeply nested header",
      fileOf(`{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}`, 0),
      "a header of JSON, received lists and objects within each other, more than 100 deep",
    ],
    [
      "a gap",
      fileOf({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12),
      "adjacent tensors, received a gap or overlap at byte 8",
    ],
    ["data left over", fileOf({ a: f32([1], 0, 4) }, 8), "4 bytes of data, received 8"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readSafetensors("File w", bytes)).toThrow(HeddleError);
    expect(() => readSafetensors("File w", bytes)).toThrow(
      `File w: expected ${message.startsWith("within") ? "" : message}`,
    );
    expect(() => readSafetensors("File w", bytes)).toThrow(`${message}. ${end}`);
  });

  it("allocates nothing for a thousand tensors on the same bytes", () => {
    const names = Array.from({ length: 1000 }, (_, index) => [`t${index}`, f32([2 ** 22], 0, 2 ** 24)]);
    expect(() => readSafetensors("File w", fileOf(Object.fromEntries(names), 2 ** 24))).toThrow(
      "adjacent tensors, received a gap or overlap at byte 0",
    );
  });

  it("accepts empty tensors anywhere", () => {
    const file = fileOf(
      { a: f32([1], 0, 4), none: f32([0], 0, 0), b: f32([1], 4, 8), nil: f32([0, 3], 4, 4) },
      8,
    );
    expect([...readSafetensors("w", file).keys()]).toEqual(["a", "none", "b", "nil"]);
  });

  it("refuses a header that is not JSON or not UTF-8", () => {
    expect(() => readSafetensors("File w", fileOf("{", 0))).toThrow(
      "File w: expected a header of JSON, received ",
    );
    const bytes = fileOf("{}", 0);
    bytes[9] = 0xff;
    expect(() => readSafetensors("File w", bytes)).toThrow("File w: expected a header of JSON, received ");
  });

  it("throws nothing but a HeddleError, whichever byte is wrong or missing", () => {
    const whole = writeSafetensors(tensors);
    let refused = 0;
    const attempt = (bytes: Uint8Array) => {
      try {
        readSafetensors("w", bytes);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(HeddleError);
        refused++;
      }
    };
    for (let length = 0; length < whole.length; length++) attempt(whole.subarray(0, length));
    expect(refused).toBe(whole.length);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        (changes) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[at] = value;
          attempt(bytes);
        },
      ),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(whole.length + 100);
  });
});
