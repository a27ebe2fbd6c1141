import { readFileSync } from "node:fs";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { AbortedError, HeddleError } from "../base/errors.js";
import { readNpy, writeNpy } from "../formats/npy.js";
import { zipEntries } from "../formats/zip.js";
import { readNpz } from "./npz.js";

interface GoldenArray {
  readonly shape: readonly number[];
  readonly values: readonly (number | string | boolean)[];
}

interface Golden {
  readonly arrays: readonly (GoldenArray & { readonly name: string; readonly file: string })[];
  readonly refused: readonly { readonly name: string; readonly file: string }[];
  readonly archives: readonly {
    readonly name: string;
    readonly file: string;
    readonly arrays: Readonly<Record<string, GoldenArray>>;
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/npz.json", import.meta.url), "utf8"),
) as Golden;
const unpacked = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const archive = (name: string) => golden.archives.find((entry) => entry.name === name)!;
const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(HeddleError);
    return (thrown as Error).message;
  }
  throw new Error("expected a refusal");
};

describe("readNpy", () => {
  it.each(golden.arrays)("reads an array ($name) as NumPy wrote it", ({ name, file, shape, values }) => {
    const array = readNpy(unpacked(file), name);
    expect(array.shape).toEqual(shape);
    const expected = values.map((value) => (typeof value === "boolean" ? Number(value) : value));
    expect([...array.data]).toEqual(expected);
    expect(expected.some((value) => value !== expected[0])).toBe(true);
  });

  it.each(golden.refused)("refuses an array of the kind $name", ({ name, file }) => {
    const words = { complex: "elements of the type <c8" };
    expect(refusal(() => readNpy(unpacked(file), "a.npy"))).toContain(
      (words as Record<string, string>)[name] ?? name,
    );
  });

  it("believes a header only as far as there are bytes", () => {
    const forged = (shape: string) => {
      const bytes = writeNpy([4], Uint8Array.of(1, 2, 3, 4));
      const text = new TextDecoder("latin1").decode(bytes.subarray(0, 128)).replace("(4,)", shape);
      return new Uint8Array([...Buffer.from(text, "latin1"), 1, 2, 3, 4]);
    };
    expect(refusal(() => readNpy(forged("(9007199254740991, 4096)"), "a.npy"))).toContain(
      "as its header declares",
    );
    expect(
      refusal(() => readNpy(writeNpy([4], Uint8Array.of(1, 2, 3, 4)).subarray(0, -1), "a.npy")),
    ).toContain("expected 4 bytes of elements (4 of |u1), as its header declares, received 3");
    for (let length = 0; length < 128; length += 7) {
      expect(refusal(() => readNpy(writeNpy([1], Uint8Array.of(9)).subarray(0, length), "a.npy"))).toContain(
        "a.npy",
      );
    }
  });

  it("refuses headers that declare text without length, unknown types, or too much", () => {
    const withHeader = (header: string, version = 1) => {
      const text = new TextEncoder().encode(header);
      const size = version === 1 ? [text.length & 255, text.length >> 8] : [0, 0, 0, 1];
      return new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...size, ...text]);
    };
    const of = (descr: string, shape: string) =>
      withHeader(`{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`);
    // Text of length 0 takes no bytes, so there could be any number of elements.
    expect(refusal(() => readNpy(of("<U0", "(1000000000,)"), "a.npy"))).toContain("elements of the type <U0");
    for (const descr of ["<constructor", "<__proto__", "xu1", "<u11", "=f4"]) {
      expect(refusal(() => readNpy(of(descr, "(1,)"), "a.npy"))).toContain(`elements of the type ${descr}`);
    }
    expect(refusal(() => readNpy(withHeader("", 2), "a.npy"))).toContain(
      "a header of at most 65536 bytes, received one of 16777216",
    );
  });

  it("reads back what writeNpy writes", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ minLength: 1 }),
          fc.float32Array({ minLength: 1 }),
          fc.int32Array({ minLength: 1 }),
          fc.array(fc.stringMatching(/^[^\0]{1,9}$/u), { minLength: 1 }),
        ),
        (data) => {
          const back = readNpy(writeNpy([data.length, 1], data), "a");
          expect(back.shape).toEqual([data.length, 1]);
          expect([...back.data]).toEqual([...data]);
        },
      ),
    );
  });
});

describe("readNpz", () => {
  it.each(["stored", "deflated"])("reads Keras's layout from a %s archive", async (name) => {
    const { file, arrays } = archive(name);
    const { train, test, dropped } = await readNpz(unpacked(file), { name });
    expect(train).toMatchObject({ count: 5, shape: [4, 4, 1] });
    expect([...train.images]).toEqual(arrays["x_train"]!.values);
    expect([...train.labels].map((label) => Number(train.labelTexts[label]))).toEqual(
      arrays["y_train"]!.values,
    );
    expect([...test!.images]).toEqual(arrays["x_test"]!.values);
    expect(dropped).toEqual({ read: 7, zeroed: 0, rows: [] });
  });

  it("unpacks bytes in place, which threads then read there", async () => {
    const { file } = archive("deflated");
    const { images } = (await readNpz(unpacked(file))).train;
    const entry = zipEntries(unpacked(file), "a").find(({ name }) => name === "x_train.npy")!;
    expect(images.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(images.buffer.byteLength).toBe(entry.bytes);
  });

  it.each([
    ["i1", new Int8Array([-1, 0, 1])],
    ["u2", new Uint16Array([0, 1, 65535])],
    ["i2", new Int16Array([-1, 0, 1])],
    ["u4", new Uint32Array([0, 1, 4294967295])],
    ["f8", new Float64Array([0.1, 2, 3])],
  ])("keeps numbers of the type %s as they are, wherever they lie in the file", (type, numbers) => {
    const header = `{'descr': '<${type}', 'fortran_order': False, 'shape': (3,), }`.padEnd(117);
    const bytes = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, "latin1");
    const file = new Uint8Array([...bytes, ...new Uint8Array(numbers.buffer)]);
    for (const offset of [0, 1]) {
      const within = new Uint8Array([...new Uint8Array(offset), ...file]).subarray(offset);
      expect(readNpy(within, "a").data).toEqual(numbers);
    }
  });

  it("stops on a signal", async () => {
    const whole = unpacked(archive("deflated").file);
    await expect(readNpz(whole, { name: "a.npz", signal: AbortSignal.abort() })).rejects.toThrow(
      new AbortedError("Reading a.npz, x_train.npy: stopped on request."),
    );
  });

  it("reads floats, channels, labels in a column, and names", async () => {
    const floats = await readNpz(unpacked(archive("floats").file));
    expect(floats.train.images).toBeInstanceOf(Float32Array);
    expect([...floats.train.images]).toEqual(archive("floats").arrays["x_train"]!.values);
    const cifar = await readNpz(unpacked(archive("cifar").file));
    expect(cifar.test).toBeUndefined();
    expect(cifar.train.shape).toEqual([2, 2, 3]);
    expect([...cifar.train.labels].map((label) => cifar.train.labelTexts[label])).toEqual(["3", "1", "2"]);
    const named = await readNpz(unpacked(archive("named").file));
    expect(named.train.labelTexts).toEqual(["dog", "cat"]);
  });

  const zipped = (arrays: Record<string, Uint8Array>) => zipSync(arrays);
  const y = writeNpy([3], Uint8Array.of(0, 1, 1));

  it("drops images with values that are not finite, reads NaN as 0, or refuses, as `missing` says", async () => {
    const x = writeNpy([3, 1, 2], Float32Array.of(1, 2, Number.NaN, 3, 4, Number.POSITIVE_INFINITY));
    const file = zipped({ "x_train.npy": x, "y_train.npy": y });
    const { train, dropped } = await readNpz(file);
    expect([...train.images]).toEqual([1, 2]);
    expect(dropped.rows).toEqual([
      { file: "x_train", line: 2, reason: "missing value", label: "1", detail: "image 1, value 0 is NaN" },
      {
        file: "x_train",
        line: 3,
        reason: "unreadable value",
        label: "1",
        detail: "image 2, value 1 is Infinity",
      },
    ]);
    const zeroed = await readNpz(file, { missing: "zero" });
    expect([...zeroed.train.images]).toEqual([1, 2, 0, 3]);
    expect(zeroed.dropped.zeroed).toBe(1);
    await expect(readNpz(file, { missing: "error" })).rejects.toThrow("received image 1, value 0 is NaN");
  });

  it("uses a validation split where there is no test split, and names what it does not use", async () => {
    const x = writeNpy([3, 1, 1], Uint8Array.of(1, 2, 3));
    const arrays = { "train_images.npy": x, "train_labels.npy": y, "val_images.npy": x, "val_labels.npy": y };
    const alone = await readNpz(zipped(arrays));
    expect(alone.test?.count).toBe(3);
    expect(alone.choices).toMatchObject([
      { about: "test", choice: "val_images, because there is no test split" },
    ]);
    const all = await readNpz(
      zipped({ ...arrays, "test_images.npy": x, "test_labels.npy": y, "weights.npy": y, "notes.npy": y }),
    );
    expect(all.test?.name).toBe("npz file, test_images");
    expect(all.choices).toEqual([]);
    expect(all.leftOut).toEqual([
      {
        what: "validation image",
        reason: "val_images is not used, because validation images are held out of the training images",
        count: 3,
        examples: [],
      },
      {
        what: "array",
        reason: "the name is not that of a split's images or labels",
        count: 2,
        examples: ["weights", "notes"],
      },
    ]);
  });

  it("knows floats and booleans that are all 0 or 1 from whole numbers", async () => {
    const typed = async (array: Uint8Array) => {
      const { train } = await readNpz(zipped({ "x.npy": array, "y.npy": y }));
      return [train.elements, train.images];
    };
    const booleans = writeNpy([3, 1, 1], Uint8Array.of(0, 1, 1));
    booleans.set(new TextEncoder().encode("|b1"), 21);
    const bits = Uint8Array.of(0, 1, 1);
    expect(await typed(writeNpy([3, 1, 1], Float32Array.of(0, 1, 1)))).toEqual(["floats", bits]);
    expect(await typed(booleans)).toEqual(["booleans", bits]);
    expect(await typed(writeNpy([3, 1, 1], Int32Array.of(0, 1, 1)))).toEqual(["whole numbers", bits]);
  });

  it("names missing arrays, and labels that do not match the images", async () => {
    await expect(readNpz(zipped({ "a.npy": y }), { name: "m.npz" })).rejects.toThrow(
      "m.npz: expected the arrays x_train, y_train, x_test and y_test, received a.",
    );
    const x = writeNpy([2, 1, 2], Uint8Array.of(1, 2, 3, 4));
    await expect(readNpz(zipped({ "x_train.npy": x, "y_train.npy": y }))).rejects.toThrow(
      "expected 2 labels, one for each image of x_train, received an array of 3.",
    );
  });

  it("refuses damage anywhere in the archive with a HeddleError", async () => {
    for (const name of ["stored", "deflated"]) {
      const whole = unpacked(archive(name).file);
      for (let length = 0; length < whole.length; length += 13) {
        await expect(readNpz(whole.subarray(0, length))).rejects.toThrow(HeddleError);
      }
    }
    const whole = unpacked(archive("deflated").file);
    const before = await readNpz(whole);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = whole.slice();
        bytes[at]! ^= flip;
        const after = await readNpz(bytes).catch((thrown: unknown) => thrown);
        // A changed byte of a time stamp or of an unused name makes no difference.
        if (!(after instanceof HeddleError)) expect(after).toMatchObject({ train: before.train });
      }),
    );
  });

  it("refuses images that are text", async () => {
    const file = zipped({ "x_train.npy": writeNpy([3, 1], ["1", "2", "3"]), "y_train.npy": y });
    await expect(readNpz(file)).rejects.toThrow("received an array of texts, 3 × 1.");
  });

  const x = writeNpy([3, 1, 2], Uint8Array.of(1, 2, 3, 4, 5, 6));
  /** Positions of the archive's records with a signature. */
  const records = (bytes: Uint8Array, signature: number) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Array.from({ length: bytes.length - 4 }, (_, at) => at).filter(
      (at) => view.getUint32(at, true) === signature,
    );
  };
  const [CENTRAL, END] = [0x02014b50, 0x06054b50];
  const four = () => zipped({ "x_train.npy": x, "y_train.npy": y, "x_test.npy": x, "y_test.npy": y });

  it.each<[string, (bytes: Uint8Array, view: DataView) => Uint8Array | undefined, string]>([
    [
      "a name that differs in the directory, which would lose the test split",
      (bytes) => {
        bytes[records(bytes, CENTRAL)[2]! + 46] = 0x7a;
        return undefined;
      },
      "received a different name before the data of z_test.npy than in the directory",
    ],
    [
      "a count that omits entries",
      (bytes, view) => {
        view.setUint16(records(bytes, END)[0]! + 10, 2, true);
        return undefined;
      },
      "received a directory whose size does not match its 2 entries",
    ],
    [
      "two entries with one name",
      (bytes, view) => {
        // The third entry is replaced by a copy of the first.
        const [first, second, third, fourth] = records(bytes, CENTRAL) as [number, number, number, number];
        const copy = bytes.slice(first, second);
        expect(copy.length).toBe(fourth - third + 1);
        const end = records(bytes, END)[0]!;
        view.setUint32(end + 12, view.getUint32(end + 12, true) + 1, true);
        const parts = [bytes.subarray(0, third), copy, bytes.subarray(fourth)];
        return Uint8Array.from(parts.flatMap((part) => [...part]));
      },
      "received two entries named x_train.npy",
    ],
    ["bytes after the end", (bytes) => Uint8Array.from([...bytes, 0]), "received no end of a directory"],
    [
      "an entry that unpacks to more than the maximum",
      (bytes, view) => {
        view.setUint32(records(bytes, CENTRAL)[0]! + 24, 0xf0000000, true);
        return undefined;
      },
      "x_train.npy of 4026531840 bytes, more than the 2147483647 that can be read",
    ],
    [
      "an entry that cannot have been packed so small",
      (bytes, view) => {
        view.setUint32(records(bytes, CENTRAL)[0]! + 24, 0x7fffffff, true);
        return undefined;
      },
      "bytes that declare 2147483647",
    ],
  ])("refuses %s", async (_, damage, message) => {
    const bytes = four();
    const damaged = damage(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length)) ?? bytes;
    await expect(readNpz(damaged)).rejects.toThrow(message);
  });

  it("accepts a comment after the directory", async () => {
    const bytes = four();
    new DataView(bytes.buffer, bytes.byteOffset).setUint16(bytes.length - 2, 5, true);
    const commented = Uint8Array.from([...bytes, 1, 2, 3, 4, 5]);
    expect((await readNpz(commented)).train.count).toBe(3);
  });

  it("stops a decompression bomb at the size that the directory declares", async () => {
    const bomb = zipped({ "x_train.npy": new Uint8Array(20_000_000), "y_train.npy": y });
    const view = new DataView(bomb.buffer, bomb.byteOffset);
    for (let at = 0; at < bomb.length - 4; at++) {
      // The first entry's size in the directory.
      if (view.getUint32(at, true) === 0x02014b50) {
        view.setUint32(at + 24, 64, true);
        break;
      }
    }
    await expect(readNpz(bomb)).rejects.toThrow("more than the 64 bytes that it declares");
  });
});
