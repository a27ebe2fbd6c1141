import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { leftoverOf } from "@heddle/core/internal/base/aside.testing.js";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { type ClassedImages, toClasses } from "@heddle/core/internal/data/assemble.js";
import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadSplits } from "./load.js";
import { temporaryFolder, writeFiles } from "./tiny-dataset.testing.js";
import { checkTarget, formOfTarget, writeData } from "./write-data.js";

const error = async (work: Promise<unknown>) => {
  const thrown = await work.catch((caught: unknown) => caught);
  expect(thrown).toBeInstanceOf(HeddleError);
  return (thrown as Error).message;
};

const classed = fc
  .record({
    height: fc.integer({ min: 1, max: 4 }),
    width: fc.integer({ min: 1, max: 4 }),
    channels: fc.integer({ min: 1, max: 4 }),
    names: fc.constantFrom(["0", "1", "2"], ["1", "2", "3"], ["ant", "bee", "cat"]),
  })
  .chain(({ height, width, channels, names }) => {
    const set = (count: number) =>
      fc
        .uint8Array({
          minLength: count * height * width * channels,
          maxLength: count * height * width * channels,
        })
        .map(
          (images): ImageSet => ({
            // The first pixel is at least 66, so that the splits, a few values each, are seen to have one range: less than
            // 64 could span less than 0 to 255, and so could what is less than an eighth of the other split's.
            images: images.map((value, at) =>
              at % (height * width * channels) < channels ? value | 66 : value,
            ),
            labels: Uint8Array.from({ length: count }, (_, image) => image % 3),
            count,
            shape: [height, width, channels],
          }),
        );
    return fc.record({ classNames: fc.constant(names), train: set(6), test: set(3) });
  });

const plain = ({ classNames, train, test }: ClassedImages) => ({
  classNames,
  ...Object.fromEntries(
    Object.entries({ train, test }).map(([split, set]) => [
      split,
      set && { images: [...set.images], labels: [...set.labels], shape: [...set.shape] },
    ]),
  ),
});

describe("writeData", () => {
  const count = 3000;
  const large: ClassedImages = {
    classNames: ["0", "1"],
    train: {
      images: Uint8Array.from({ length: count * 900 }, (_, at) => (at * at) >> 3),
      labels: Uint8Array.from({ length: count }, (_, image) => image % 2),
      count,
      shape: [30, 30, 1],
    },
  };
  it.each(["a.csv", "a.npz", "a-idx", "a-images"])(
    "stops on a signal and leaves nothing of %s",
    async (name) => {
      const folder = temporaryFolder();
      const form = name.includes("-") ? (name.slice(2) as "idx" | "images") : undefined;
      const controller = new AbortController();
      const writing = writeData(join(folder, name), large, { form, signal: controller.signal });
      const timer = setInterval(() => {
        if (readdirSync(folder).length > 0) controller.abort();
      }, 1);
      await expect(writing).rejects.toBeInstanceOf(AbortedError);
      clearInterval(timer);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it.each([
    ["csv", "folder"],
    ["npz", "file.npz"],
  ] as const)("writes %s that reads back unchanged", async (form, name) => {
    await fc.assert(
      fc.asyncProperty(classed, async (data) => {
        const target = join(temporaryFolder(), name);
        await writeData(target, data, { form });
        expect(plain(await loadSplits(target))).toEqual(plain(data));
      }),
      { numRuns: 25 },
    );
  });

  it("writes pictures and IDX that read back unchanged", async () => {
    for (const channels of [1, 2, 3, 4]) {
      const shape = [3, 2, channels] as const;
      const set = (count: number): ImageSet => ({
        images: Uint8Array.from({ length: count * 6 * channels }, (_, at) => (at * 37) % 251),
        labels: Uint8Array.from({ length: count }, (_, image) => image % 3),
        count,
        shape,
      });
      const data = { classNames: ["0", "1", "2"], train: set(12), test: set(3) };
      for (const form of ["images", "idx"] as const) {
        const target = join(temporaryFolder(), "folder");
        await writeData(target, data, { form });
        const back = await loadSplits(target);
        if (form === "idx") expect(plain(back)).toEqual(plain(data));
        else expect([...back.train.labels]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
        expect([...back.train.images].reduce((sum, value) => sum + value, 0)).toBe(
          [...data.train.images].reduce((sum, value) => sum + value, 0),
        );
        expect([...back.test!.images]).toEqual([...data.test.images]);
      }
    }
  });

  const data = (names: readonly string[]): ClassedImages => ({
    classNames: names,
    train: { images: Uint8Array.of(10, 20, 30), labels: Uint8Array.of(0, 1, 2), count: 3, shape: [1, 1, 1] },
  });

  it("keeps the order of classes whose names would sort differently", async () => {
    const names = ["T-shirt/top", "Ankle boot", "Bag"];
    const folder = temporaryFolder();
    const warnings: string[] = [];
    await writeData(join(folder, "a.csv"), data(names), { onWarning: (line) => warnings.push(line) });
    expect((await loadSplits(join(folder, "a.csv"))).classNames).toEqual(["0", "1", "2"]);
    expect(warnings).toEqual([
      "Labels are written as numbers, because the names would be read back in a different order.",
    ]);
    await writeData(join(folder, "a.npz"), data(names));
    expect((await loadSplits(join(folder, "a.npz"))).classNames).toEqual(names);
    await writeData(join(folder, "pictures"), data(names), { form: "images" });
    expect(readdirSync(join(folder, "pictures"))).toEqual(["0-T-shirt-top", "1-Ankle-boot", "2-Bag"]);
  });

  it("refuses to overwrite a target, and replaces all of it with `force: true`", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "a.csv");
    await writeData(path, data(["0", "1", "2"]));
    expect(await error(writeData(path, data(["0", "1", "2"])))).toContain(
      "received a file. Choose another, or replace it",
    );
    await writeData(path, data(["a", "b", "c"]), { force: true });
    expect((await loadSplits(path)).classNames).toEqual(["a", "b", "c"]);
    const tables = join(folder, "tables");
    await writeData(tables, data(["0", "1", "2"]), { form: "csv" });
    expect(await error(writeData(tables, data(["0", "1", "2"]), { form: "csv" }))).toContain(
      "a folder with files",
    );
    await writeData(tables, data(["0", "1", "2"]), { form: "images", force: true });
    expect(readdirSync(tables)).toEqual(["0", "1", "2"]);
    writeFiles(join(folder, "home"), { "letter.txt": new TextEncoder().encode("dear") });
    expect(await error(checkTarget(join(folder, "home"), true))).toContain(
      "a folder that does not hold a dataset",
    );
    expect(readdirSync(folder).sort()).toEqual(["a.csv", "home", "tables"]);
  });

  it.each([
    ["a table among other files", ["prices.csv", ".ssh/id_rsa", "Documents/thesis.docx"], ".ssh/id_rsa"],
    ["a table alone", ["prices.csv"], "prices.csv"],
    ["a folder with pictures among other files", ["Pictures/1.png", "notes.txt"], "notes.txt"],
    ["an album", ["2023/beach.jpg", "2024/snow.jpg"], "2023/beach.jpg"],
    ["IDX files and runs", ["train-images-idx3-ubyte", "runs/a/run.json"], "runs/a/run.json"],
    ["a git repository with a table", [".git/HEAD", "train.csv"], ".git/HEAD"],
    ["an archive of arrays", ["data.npz"], "data.npz"],
    ["tables in folders", ["old/train.csv"], "old/train.csv"],
    ["hidden files", [".hidden"], ".hidden"],
  ])("replaces nothing but a dataset: %s", async (_, names, stranger) => {
    const home = join(temporaryFolder(), "home");
    for (const name of names) {
      mkdirSync(join(home, name, ".."), { recursive: true });
      writeFileSync(join(home, name), "mine");
    }
    for (const form of ["csv", "idx", "images"] as const) {
      expect(await error(writeData(home, data(["0", "1", "2"]), { form, force: true }))).toContain(
        `received a folder that does not hold a dataset alone, but also ${stranger}.`,
      );
    }
    for (const name of names) expect(readFileSync(join(home, name), "utf8")).toBe("mine");
    expect(readdirSync(join(home, ".."))).toEqual(["home"]);
  });

  it("replaces a dataset in each form by one in another", async () => {
    const target = join(temporaryFolder(), "target");
    const { classNames, train } = data(["0", "1", "2"]);
    for (const form of ["csv", "images", "idx", "images", "csv"] as const) {
      await writeData(target, { classNames, train, test: train }, { form, force: true });
      expect((await loadSplits(target)).classNames).toEqual(["0", "1", "2"]);
    }
  });

  it("replaces no file by a folder, and no link", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "thesis"), "mine");
    expect(
      await error(writeData(join(folder, "thesis"), data(["a", "b", "c"]), { form: "csv", force: true })),
    ).toContain("received a file, but data in this form is a folder");
    if (process.platform === "win32") return;
    await writeData(join(folder, "real"), data(["a", "b", "c"]), { form: "csv" });
    symlinkSync(join(folder, "real"), join(folder, "link"));
    for (const target of ["link", "link/"]) {
      const writing = writeData(`${folder}/${target}`, data(["a", "b", "c"]), { form: "csv", force: true });
      expect(await error(writing)).toContain("received neither a file nor a folder");
    }
    symlinkSync(join(folder, "thesis"), join(folder, "real", "test.csv"));
    expect(
      await error(writeData(join(folder, "real"), data(["a", "b", "c"]), { form: "csv", force: true })),
    ).toContain("but also test.csv");
  });

  it("refuses an empty path", async () => {
    for (const target of ["", " "])
      expect(await error(writeData(target, data(["a", "b", "c"]), { form: "csv" }))).toContain(
        "expected a path",
      );
  });

  it("writes classes that are called like splits so that they read back", async () => {
    const target = join(temporaryFolder(), "pictures");
    await writeData(target, data(["bus", "test", "train"]), { form: "images" });
    expect(readdirSync(target)).toEqual(["train"]);
    expect((await loadSplits(target)).classNames).toEqual(["bus", "test", "train"]);
  });

  it("removes what killed conversions left, and puts back what they had moved away", async () => {
    const folder = temporaryFolder();
    const photos = join(folder, "photos");
    await writeData(photos, data(["0", "1", "2"]), { form: "csv" });
    renameSync(photos, await leftoverOf(photos, "old"));
    mkdirSync(await leftoverOf(photos, "tmp"));
    await writeData(join(folder, "a.csv"), data(["0", "1", "2"]));
    expect(readdirSync(folder).sort()).toEqual(["a.csv", "photos"]);
    expect((await loadSplits(photos)).classNames).toEqual(["0", "1", "2"]);
  });

  it("leaves nothing on disk if it fails", async () => {
    const folder = temporaryFolder();
    const floats = toClasses({
      train: {
        name: "a",
        images: Float32Array.of(0.5, 200),
        shape: [1, 1, 1],
        count: 2,
        labelTexts: ["0", "1"],
        labels: Int32Array.of(0, 1),
      },
    });
    expect(await error(writeData(join(folder, "p"), floats, { form: "images" }))).toContain(
      "received floats",
    );
    writeFileSync(join(folder, "file"), "");
    expect(await error(writeData(join(folder, "file", "a.csv"), floats))).toContain(
      "a path that leads through a file",
    );
    expect(readdirSync(folder)).toEqual(["file"]);
    renameSync(join(folder, "file"), join(folder, "moved"));
  });

  it("determines the form by the target's extension or by `form`", () => {
    expect([formOfTarget("a.csv"), formOfTarget("a.csv.gz"), formOfTarget("a.npz")]).toEqual([
      "csv",
      "csv",
      "npz",
    ]);
    expect(formOfTarget("a", "images")).toBe("images");
    expect(() => formOfTarget("a")).toThrow(
      "expected a target that ends in .csv, .csv.gz or .npz, or `form`: idx",
    );
    expect(() => formOfTarget("a.npz", "csv")).toThrow(
      "a.npz: expected a target for csv, received one that ends in .npz.",
    );
  });
});
