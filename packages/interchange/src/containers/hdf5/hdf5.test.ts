import { describe, expect, it } from "vitest";
import { half, readDatatype, toFloats } from "./datatype.js";
import { type Hdf5Dataset, type Hdf5Group, readHdf5 } from "./read.js";
import { type Hdf5GroupContent, writeHdf5 } from "./write.js";

/** A file of one group for each dataset, more than one node of a table holds. */
function content(count: number): Hdf5GroupContent {
  const layers = Array.from({ length: count }, (_, index): [string, Hdf5GroupContent] => {
    const values = Float32Array.of(1, -2, 3.5, index);
    return [
      `layer_${index}`,
      {
        attributes: { name: `núm ${index % 3}` },
        children: new Map([
          ["0", { shape: [2, 2], values }],
          ["1", { shape: [], values: BigInt(index) - 5n }],
          ["2", { shape: [0, 3], values: new Float32Array() }],
        ]),
      },
    ];
  });
  return { children: new Map([["layers", { children: new Map(layers) }]]) };
}

function at(root: Hdf5Group, ...path: string[]): Hdf5Group | Hdf5Dataset | undefined {
  return path.reduce(
    (group: Hdf5Group | Hdf5Dataset | undefined, name) =>
      group?.kind === "group" ? group.children.get(name) : undefined,
    root,
  );
}

describe("HDF5", () => {
  it.each([0, 1, 8, 9, 300])("comes back as it was written, in a group of %i objects", async (count) => {
    const root = readHdf5("a.h5", writeHdf5("a.h5", content(count)));
    const layers = at(root, "layers");
    expect(layers?.kind === "group" && layers.children.size).toBe(count);
    for (let index = 0; index < count; index++) {
      const group = at(root, "layers", `layer_${index}`);
      expect(group?.attributes.get("name")).toBe(`núm ${index % 3}`);
      const floats = (name: string) => (at(root, "layers", `layer_${index}`, name) as Hdf5Dataset).floats();
      expect(await floats("0")).toEqual(Float32Array.of(1, -2, 3.5, index));
      expect(await floats("1")).toEqual(Float32Array.of(index - 5));
      expect(await floats("2")).toEqual(new Float32Array());
    }
  });

  const file = writeHdf5("a.h5", content(9));
  const refusal = (change: (bytes: Uint8Array, view: DataView) => void) => {
    const bytes = file.slice();
    change(bytes, new DataView(bytes.buffer));
    return () => readHdf5("a.h5", bytes);
  };
  const find = (text: string, from = 0) => Buffer.from(file).indexOf(text, from, "latin1");

  it("is refused by name where it is damaged, or leads elsewhere", () => {
    expect(() => readHdf5("a.h5", new Uint8Array(20))).toThrow(
      "a.h5: expected an HDF5 file, received other bytes.",
    );
    expect(() => readHdf5("a.h5", file.subarray(0, 999))).toThrow(
      `a.h5: expected a file of ${file.length} bytes, received 999: it is truncated.`,
    );
    expect(refusal((bytes) => bytes.set([9], find("TREE")))).toThrow(/expected "TREE" before a group's tree/);
    // A link whose object is a path.
    expect(refusal((_, view) => view.setUint32(find("SNOD") + 8 + 16, 2, true))).toThrow(
      'expected objects in the file itself, received a link to elsewhere, "0"',
    );
    // An object that is its own child would be read for ever.
    expect(
      refusal((_, view) => view.setBigUint64(find("SNOD") + 8 + 8, view.getBigUint64(64, true), true)),
    ).toThrow("expected objects with one place each, received one that has several");
  });
});

describe("numbers of HDF5", () => {
  it("become floats, whatever their width and byte order", () => {
    const big = (kind: "float" | "integer", bytes: 2 | 4 | 8, ...content: number[]) =>
      toFloats(
        kind === "float" ? { kind, bytes, bigEndian: true } : { kind, bytes, bigEndian: true, signed: true },
        Uint8Array.from(content),
      );
    expect(big("float", 4, 0x3f, 0xc0, 0, 0)).toEqual(Float32Array.of(1.5));
    expect(big("float", 8, 0xc0, 0, 0, 0, 0, 0, 0, 0)).toEqual(Float32Array.of(-2));
    expect(big("integer", 2, 0xff, 0xfe)).toEqual(Float32Array.of(-2));
    expect(toFloats({ kind: "bfloat", bytes: 2, bigEndian: false }, Uint8Array.of(0xc0, 0x3f))).toEqual(
      Float32Array.of(1.5),
    );
  });

  it("of 16 bits are read exactly", () => {
    expect([0x3e00, 0xc000, 0x0001, 0x03ff, 0x7bff, 0x8000].map(half)).toEqual([
      ...[1.5, -2, 2 ** -24, 1023 * 2 ** -24, 65504],
      -0,
    ]);
    expect([0x7c00, 0xfc00, 0x7e00].map(half)).toEqual([Infinity, -Infinity, Number.NaN]);
  });

  it("of other kinds are named", () => {
    const bytes = Uint8Array.of(0x16, 0, 0, 0, 12, 0, 0, 0);
    expect(readDatatype({ who: "a", bytes }, bytes)).toEqual({
      kind: "other",
      bytes: 12,
      words: "compound values of 12 bytes",
    });
  });
});
