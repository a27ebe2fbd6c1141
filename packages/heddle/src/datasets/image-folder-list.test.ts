import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { formatLeftOut } from "@heddle/core/internal/data/reading.js";
import { describe, expect, it } from "vitest";
import { listImageFolder } from "./image-folder-list.js";
import type { SourceFolder } from "./source-folder.js";

/** A folder that holds files of these paths. */
function folder(...files: readonly string[]): Pick<SourceFolder, "path" | "list" | "read" | "head"> {
  return {
    path: "photos",
    read: async () => new Uint8Array(),
    head: async () => new Uint8Array(),
    list: async (below) => {
      const inside = files
        .filter((file) => below === "" || file.startsWith(`${below}/`))
        .map((file) => file.slice(below === "" ? 0 : below.length + 1));
      const kinds = new Map(inside.map((file) => [file.split("/")[0]!, file.includes("/")]));
      return [...kinds].sort().map(([name, isFolder]) => ({ name, kind: isFolder ? "folder" : "file" }));
    },
  };
}

/** What is listed: the paths of each split, the choices, and what is left out. */
async function list(...files: readonly string[]) {
  const listing = (await listImageFolder(folder(...files)))!;
  return {
    train: listing.train.map(({ path }) => path).sort(),
    test: listing.test?.map(({ path }) => path).sort(),
    choices: listing.choices!.map(({ about, choice }) => `${about}: ${choice}`),
    leftOut: listing.leftOut!.map(formatLeftOut),
  };
}

describe("listImageFolder", () => {
  it("names every ending that is not read, with its cure where there is one", async () => {
    const { train, leftOut } = await list(
      ...["a/1.png", "a/2.BMP", "a/3.heic", "a/4.HEIC", "a/5.svg", "a/noending", "b/1.psd", "b/clip.mp4"],
      ...["c/1.ppm", "notes.txt", ".DS_Store", "c/Thumbs.db", "__MACOSX/a/1.png"],
    );
    expect(train).toEqual(["a/1.png", "a/2.BMP", "c/1.ppm"]);
    expect(leftOut).toEqual([
      "1 class folder: without a picture that Heddle reads (b/)",
      "1 file: Heddle does not read .txt (notes.txt)",
      "2 HEIC photos: Heddle does not read .heic: convert them to JPEG, because their format is patented (a/3.heic, a/4.HEIC)",
      "1 drawing: Heddle does not read .svg: export them as PNG, because they hold shapes and not pixels (a/5.svg)",
      "1 file: their names have no ending (a/noending)",
      "1 graphics document: Heddle does not read .psd: export them as PNG (b/1.psd)",
      "1 video: Heddle does not read .mp4: export their frames as PNG (b/clip.mp4)",
    ]);
  });

  it("goes down while there is one way to pictures", async () => {
    const { train, choices } = await list("readme.txt", "x/y/a/1.png", "x/y/b/1.png", "x/empty/n.txt");
    expect([train, choices]).toEqual([
      ["x/y/a/1.png", "x/y/b/1.png"],
      ["folder: x/y/, the only one with pictures"],
    ]);
    const split = await list("x/train/a/1.png", "x/test/a/2.png");
    expect([split.train, split.test]).toEqual([["x/train/a/1.png"], ["x/test/a/2.png"]]);
    expect((await list("a/1.png")).train).toEqual(["a/1.png"]);
    expect((await list("train/a/1.png")).choices).toEqual([]);
  });

  it("names pictures outside of the classes and splits", async () => {
    const unlabelled = await list("train/a/1.png", "test/1.png", "test/2.png", "more/a/1.png", "0.png");
    expect([unlabelled.train, unlabelled.test]).toEqual([["train/a/1.png"], undefined]);
    expect(unlabelled.leftOut).toEqual([
      "4 pictures: they are in no class of a split (0.png, more/a/1.png, test/1.png, …)",
    ]);
    const { leftOut } = await list("0.png", "a/1.png", "a/old/1.png", "b/2.png");
    expect(leftOut).toEqual([
      "1 picture: they are in no class folder (0.png)",
      "1 picture: they are in folders within a class folder (a/old/1.png)",
    ]);
  });

  it("uses validation pictures for the test where there are no others, and says so", async () => {
    const roboflow = ["train/a/1.jpg", "valid/a/2.jpg", "README.roboflow.txt"];
    const alone = await list(...roboflow);
    expect([alone.test, alone.choices]).toEqual([
      ["valid/a/2.jpg"],
      ["test split: valid/, because there is no test folder"],
    ]);
    const { test, leftOut } = await list(...roboflow, "test/a/3.jpg");
    expect(test).toEqual(["test/a/3.jpg"]);
    expect(leftOut[0]).toBe(
      "1 picture: validation images are held out of the training images (valid/a/2.jpg)",
    );
  });

  it.each([
    [
      ["1.png", "2.jpg"],
      "2 pictures and no folder for each class. Move the pictures of each class to a folder that has its name.",
    ],
    [
      ["x/p/a/1.png", "x/p/a/2.png", "y/q/a/1.png"],
      "pictures in x/p/a/ (2), y/q/a/ (1). Choose the folder that is directly above the classes.",
    ],
    [
      ["cat/train/1.png", "cat/test/2.png", "dog/train/1.png"],
      "pictures in cat/test/ (1), cat/train/ (1), dog/train/ (1). Put the splits above the classes: test/cat, train/cat and so on.",
    ],
    [
      ["test/cat/1.png", "test/dog/2.png"],
      "pictures in test/cat/ (1), test/dog/ (1). Add a folder train next to test, or choose test/ itself: test images are then held out of its pictures.",
    ],
  ])("refuses pictures that are not in one folder for each class: %j", async (files, received) => {
    const thrown: unknown = await listImageFolder(folder(...files)).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(HeddleError);
    expect((thrown as Error).message).toContain(
      `photos: expected a folder with a folder of pictures for each class, or with train/ and test/ of such folders, received ${received}`,
    );
  });

  it("finds nothing in a folder without pictures", async () => {
    expect(await listImageFolder(folder("a/1.txt", "train/"))).toBeUndefined();
  });

  it.each([
    ["training_set/a/1.png", "test_set/a/2.png"],
    ["train-0/a/1.png", "test-1/a/2.png"],
    ["trainImages/a/1.png", "validImages/a/2.png"],
    ["letters_train/letters_train/a/1.png", "letters_test/letters_test/a/2.png"],
  ])("takes %s and %s for splits", async (train, test) => {
    const found = await list(train, test);
    expect([found.train, found.test]).toEqual([[train], [test]]);
    expect(found.choices[0]).toMatch(/^splits: .*, by their names$/);
  });

  it("takes no folders for splits by a word if one says none, two say the same or they hold pictures", async () => {
    await expect(list("train_set/a/1.png", "other/a/2.png")).rejects.toThrow("received pictures in");
    await expect(list("train_a/x/1.png", "train_b/x/2.png")).rejects.toThrow("received pictures in");
    const classes = await list("train_station/1.png", "test_tube/2.png");
    expect([classes.train, classes.test]).toEqual([["test_tube/2.png", "train_station/1.png"], undefined]);
  });
});
