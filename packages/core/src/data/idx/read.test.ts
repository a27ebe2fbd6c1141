import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeddleError } from "../../base/errors.js";
import { type IdxArray, type IdxData, type IdxElementType, writeIdx } from "../../formats/idx.js";
import { IdxReader, readIdx } from "./read.js";

const makers: Record<IdxElementType, (values: number[]) => IdxData> = {
  uint8: (values) => Uint8Array.from(values),
  int8: (values) => Int8Array.from(values),
  int16: (values) => Int16Array.from(values),
  int32: (values) => Int32Array.from(values),
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
};

/** Any small array of any element type with one to five dimensions. */
const arrays: fc.Arbitrary<IdxArray> = fc
  .tuple(
    fc.constantFrom(...(Object.keys(makers) as IdxElementType[])),
    fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
    fc.integer(),
  )
  .map(([elementType, shape, salt]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const values = Array.from({ length }, (_, index) => Math.sin(salt + index) * 1e5);
    return { elementType, shape, data: makers[elementType](values) };
  });

const header = (code: number, ...sizes: number[]) => {
  const bytes = new Uint8Array(4 + 4 * sizes.length);
  bytes.set([0, 0, code, sizes.length]);
  sizes.forEach((size, axis) => {
    new DataView(bytes.buffer).setUint32(4 + 4 * axis, size);
  });
  return bytes;
};

const concat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

describe("readIdx", () => {
  it("reads big-endian numbers of the declared type and shape", async () => {
    const file = Uint8Array.of(0, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0x01, 0x02, 0xff, 0xff, 0x80, 0x00);
    const array = await readIdx(file);
    expect(array).toMatchObject({ elementType: "int16", shape: [1, 3] });
    expect([...array.data]).toEqual([258, -1, -32768]);
    expect(array.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it("reads back what writeIdx writes, plain and gzip, of every type", async () => {
    await fc.assert(
      fc.asyncProperty(arrays, fc.boolean(), async (array, packed) => {
        const file = writeIdx(array);
        const read = await readIdx(packed ? new Uint8Array(gzipSync(file)) : file);
        expect(read.elementType).toBe(array.elementType);
        expect(read.shape).toEqual(array.shape);
        expect([...read.data]).toEqual([...array.data]);
        expect(read.data.constructor).toBe(array.data.constructor);
      }),
    );
  });

  const faults: [name: string, bytes: Uint8Array, message: string][] = [
    [
      "a zip file",
      Uint8Array.of(0x50, 0x4b, 3, 4, 9, 9),
      "x.idx: expected an IDX file, which starts with 00 00, 08 to 0e for the element type, and a number of dimensions, received the bytes 50 4b 03 04. Check that this is the right file.",
    ],
    ["an unknown element type", header(0x0a, 1), "received the bytes 00 00 0a 01"],
    ["no dimensions", Uint8Array.of(0, 0, 8, 0, 1), "received the bytes 00 00 08 00"],
    ["an empty file", new Uint8Array(0), "expected an IDX header, received 0 bytes in all"],
    ["half a header", header(8, 3, 3).subarray(0, 9), "expected an IDX header, received 9 bytes in all"],
    [
      "missing bytes",
      concat(header(8, 2, 3), new Uint8Array(5)),
      "x.idx: expected 6 bytes of elements (2 × 3 of uint8), received at most 5 bytes. The file is truncated; download or copy it again.",
    ],
    [
      "trailing bytes",
      concat(header(8, 2, 3), new Uint8Array(7)),
      "x.idx: expected 6 bytes of elements (2 × 3 of uint8), as its header declares, received more bytes. Check that it is the right file, or download or copy it again.",
    ],
    [
      "no elements",
      header(8, 5, 0, 3),
      "expected at least one element, received the sizes 5 × 0 × 3 of uint8",
    ],
    ["sizes that overflow", header(0x0d, 2 ** 31, 2 ** 31, 2 ** 31), "at most 2147483647 bytes of elements"],
    ["255 sizes that overflow", header(8, ...Array(255).fill(2 ** 32 - 1)), "at most 2147483647 bytes"],
  ];
  for (const [name, bytes, message] of faults) {
    it(`refuses ${name}`, async () => {
      await expect(readIdx(bytes, "x.idx")).rejects.toThrow(message);
      await expect(readIdx(bytes, "x.idx")).rejects.toBeInstanceOf(HeddleError);
      // The same contents in gzip.
      await expect(readIdx(new Uint8Array(gzipSync(bytes)), "x.idx")).rejects.toBeInstanceOf(HeddleError);
    });
  }

  it("refuses gzip that is truncated, damaged, or followed by more bytes", async () => {
    const packed = new Uint8Array(
      gzipSync(concat(header(8, 5000), crypto.getRandomValues(new Uint8Array(5000)))),
    );
    await expect(readIdx(packed)).resolves.toMatchObject({ shape: [5000] });
    await expect(readIdx(packed.subarray(0, -1))).rejects.toThrow("expected a whole gzip stream");
    await expect(readIdx(packed.subarray(0, 5))).rejects.toThrow("expected a whole gzip stream");
    const flipped = packed.slice();
    flipped[packed.length - 6]! ^= 1; // in the checksum
    await expect(readIdx(flipped)).rejects.toThrow("expected a whole gzip stream");
    await expect(readIdx(concat(packed, Uint8Array.of(1, 2)))).rejects.toThrow(
      "expected a whole gzip stream",
    );
  });

  it("stops a decompression bomb at the declared size", async () => {
    const bomb = new Uint8Array(gzipSync(concat(header(8, 100), new Uint8Array(50_000_000))));
    await expect(readIdx(bomb)).rejects.toThrow(
      "expected 100 bytes of elements (100 of uint8), as its header declares",
    );
  });

  it("believes a header only as far as the file can expand", async () => {
    const liar = new Uint8Array(gzipSync(concat(header(8, 2_000_000_000), new Uint8Array(100))));
    await expect(readIdx(liar)).rejects.toThrow(
      "2000000000 bytes of elements (2000000000 of uint8), received at most",
    );
  });
});

describe("readIdx on hostile bytes", () => {
  /** Fails unless the reader returns a result within the bounds of its input, or throws a HeddleError. */
  const survive = async (bytes: Uint8Array) => {
    try {
      const { data } = await readIdx(bytes);
      expect(data.byteLength).toBeLessThanOrEqual(bytes.length * 1032);
    } catch (error) {
      expect(error).toBeInstanceOf(HeddleError);
    }
  };

  it("throws nothing but a HeddleError on random bytes", async () => {
    const magic = fc.constantFrom<number[]>(
      [],
      [0, 0, 8, 1],
      [0, 0, 0x0e, 3],
      [0x1f, 0x8b],
      [0x1f, 0x8b, 8, 0],
    );
    await fc.assert(
      fc.asyncProperty(magic, fc.uint8Array({ maxLength: 200 }), (start, rest) =>
        survive(Uint8Array.from([...start, ...rest])),
      ),
      { numRuns: 500 },
    );
  });

  it("throws nothing but a HeddleError on changed, truncated and extended files", async () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        arrays,
        fc.boolean(),
        changes,
        fc.nat(),
        fc.uint8Array(),
        async (array, packed, edits, cut, more) => {
          const plain = writeIdx(array);
          const bytes = packed ? new Uint8Array(gzipSync(plain)) : plain;
          for (const [position, value] of edits) bytes[position % bytes.length] = value;
          await survive(bytes.subarray(0, cut % (bytes.length + 1)));
          await survive(concat(bytes, more));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("IdxReader", () => {
  it("reads a file in pieces of any size", () => {
    fc.assert(
      fc.property(arrays, fc.integer({ min: 1, max: 9 }), (array, step) => {
        const file = writeIdx(array);
        const reader = new IdxReader("pieces", file.length);
        for (let at = 0; at < file.length; at += step) reader.push(file.subarray(at, at + step));
        expect([...reader.finish().data]).toEqual([...array.data]);
      }),
    );
  });
});

describe("writeIdx", () => {
  it("refuses a shape that does not match the number of elements", () => {
    const write = () => writeIdx({ elementType: "uint8", shape: [2, 2], data: new Uint8Array(5) });
    expect(write).toThrow(
      "writeIdx: expected 1 to 255 sizes whose product is the number of elements, received [2, 2] for 5 elements. Correct the shape.",
    );
  });
});
