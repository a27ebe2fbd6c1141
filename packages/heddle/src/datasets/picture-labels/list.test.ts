import { formatLeftOut } from "@heddle/core/internal/data/reading.js";
import { describe, expect, it } from "vitest";
import { archiveFolder } from "../archive-folder.js";
import { listLabelled } from "../image-folder-list.js";

/** What is listed of a folder that holds these texts, and pictures where there is none. */
async function list(files: Readonly<Record<string, string>>, ...pictures: readonly string[]) {
  const contents = { ...files, ...Object.fromEntries(pictures.map((path) => [path, ""])) };
  const entries = Object.entries(contents).map(([name, text]) => {
    const bytes = new TextEncoder().encode(text);
    return { name, bytes: bytes.length, read: async () => bytes };
  });
  const listing = await listLabelled(archiveFolder("photos", entries, { name: "", bytes: 0, sha256: "" }));
  if (!listing) return undefined;
  const labels = (split: typeof listing.train | undefined) =>
    split &&
    Object.fromEntries(
      [...split].sort((a, b) => (a.path < b.path ? -1 : 1)).map(({ path, label }) => [path, label]),
    );
  return {
    train: labels(listing.train),
    test: labels(listing.test),
    choices: listing.choices!.map(({ about, choice }) => `${about}: ${choice}`),
    leftOut: listing.leftOut!.map(formatLeftOut),
  };
}

describe("labels in a table beside pictures", () => {
  it("are those of Hugging Face's metadata.csv; what has no counterpart is named", async () => {
    const csv = 'file_name,label,note\n1.png,cat,\n2.png,"dog",x\nlost.png,cat,\n3.png,NA,\n';
    expect(await list({ "metadata.csv": csv, "notes.txt": "" }, "1.png", "2.png", "3.png", "4.png")).toEqual({
      train: { "1.png": "cat", "2.png": "dog" },
      test: undefined,
      choices: ["labels: the column label of metadata.csv"],
      leftOut: [
        "1 row: there is no picture of the name in it (metadata.csv, line 4)",
        "1 picture: they have no label (3.png)",
        "1 picture: no label names them (4.png)",
        "1 file: Heddle does not read .txt (notes.txt)",
      ],
    });
  });

  it("may be a JSON object a line, in the folder of each split", async () => {
    const lines =
      '{"file_name":"1.png","label":3.0,"objects":{"bbox":[1]}}\n\n{"label":4,"file_name":"2.png"}\n';
    const found = await list(
      { "train/metadata.jsonl": lines, "test/metadata.jsonl": lines, "val/metadata.jsonl": lines },
      ...["train", "test", "val"].flatMap((split) => [`${split}/1.png`, `${split}/2.png`]),
    );
    expect(found).toMatchObject({
      train: { "train/1.png": "3", "train/2.png": "4" },
      test: { "test/1.png": "3", "test/2.png": "4" },
      leftOut: ["2 pictures: validation images are held out of the training images (val/1.png, val/2.png)"],
    });
  });

  it("may name pictures without their endings or folders, and say their split", async () => {
    const found = await list(
      { "labels.csv": "id;breed;split\r\na;pug;train\r\nb;beagle;train\r\nc;pug;val\r\n" },
      ...["images/a.jpg", "images/b.jpg", "images/c.jpg"],
    );
    expect(found).toMatchObject({
      train: { "images/a.jpg": "pug", "images/b.jpg": "beagle" },
      test: { "images/c.jpg": "pug" },
      choices: [
        "labels: the column breed of labels.csv",
        "test split: the validation images, because there are no test images",
      ],
    });
  });

  it("are not looked for in tables that name no pictures", async () => {
    expect(await list({ "train.csv": "id,label,pixel0\n1,2,3\n" }, "logo.png")).toBeUndefined();
    expect(await list({ "a/1.json": '{"label":"z"}' }, "a/1.png", "b/1.png")).toBeUndefined();
  });

  it.each([
    [
      { "styles.csv": "id,gender,colour\n1,m,red\n2,f,blue\n" },
      "styles.csv: expected a column of labels next to id, received gender, colour. Name the column of labels label.",
    ],
    [
      { "train.csv": "image,cat,dog\n1.png,1,0\n2.png,0,1\n" },
      "train.csv: expected a column of labels next to image, received cat, dog, of 0 and 1: one-hot labels. Make one",
    ],
    [
      { "metadata.csv": "file_name,label\n1.png,a\n1.png,b\n" },
      "photos: expected one label for each picture, received a and b for 1.png. Remove one of the two.",
    ],
    [
      { "metadata.jsonl": '{"file_name":"1.png","label":1}\n[2]\n' },
      "metadata.jsonl: expected a JSON object a line, received [2] in line 2. Correct that line.",
    ],
    [
      { "metadata.csv": "file_name,label\n1.png,\n2.png,\n" },
      "metadata.csv: expected a column of labels next to file_name, received none.",
    ],
  ])("are refused where they cannot be told: %j", async (files, message) => {
    await expect(list(files as unknown as Record<string, string>, "1.png", "2.png")).rejects.toThrow(message);
  });

  it("that name a picture of which there are several are refused", async () => {
    const files = { "a.csv": "image,label\nx.png,1\n" };
    await expect(list(files, "one/x.png", "two/x.png")).rejects.toThrow(
      "a.csv: expected names that fit one picture each, received x.png, which fits one/x.png, two/x.png.",
    );
  });
});

const coco = (annotations: readonly (readonly [image: number, category: number])[]) =>
  JSON.stringify({
    images: [0, 1, 2].map((id) => ({ id, file_name: `${id}.jpg` })),
    annotations: annotations.map(([image_id, category_id], id) => ({ id, image_id, category_id })),
    categories: [
      { id: 0, name: "animals" },
      { id: 1, name: "cat" },
      { id: 2, name: "dog" },
      { id: 3, name: " " },
    ],
  });

describe("labels in COCO's annotations", () => {
  it("are each picture's category, as Roboflow writes them into each split", async () => {
    const found = await list(
      {
        "train/_annotations.coco.json": coco([
          [0, 1],
          [0, 1],
          [1, 2],
        ]),
        "valid/_annotations.coco.json": coco([[0, 3]]),
      },
      ...["train/0.jpg", "train/1.jpg", "train/2.jpg", "valid/0.jpg"],
    );
    expect(found).toMatchObject({
      train: { "train/0.jpg": "cat", "train/1.jpg": "dog" },
      test: { "valid/0.jpg": "3" },
    });
    expect(found!.leftOut).toEqual([
      "2 images: there is no picture of its name (1.jpg, 2.jpg)",
      "1 picture: they have no label (train/2.jpg)",
    ]);
  });

  it("belong to the folder of the split that the file is named after", async () => {
    const one = (category: number) =>
      coco([
        [0, category],
        [1, category],
        [2, category],
      ]);
    const pictures = ["train2017", "val2017"].flatMap((split) => [0, 1, 2].map((id) => `${split}/${id}.jpg`));
    const annotations = {
      "annotations/instances_train2017.json": one(1),
      "annotations/instances_val2017.json": one(2),
    };
    const { train, test } = (await list(annotations, ...pictures))!;
    expect([new Set(Object.values(train!)), new Set(Object.values(test!))]).toEqual([
      new Set(["cat"]),
      new Set(["dog"]),
    ]);
    expect(Object.keys(test!)).toEqual(["val2017/0.jpg", "val2017/1.jpg", "val2017/2.jpg"]);
  });

  it.each([
    [
      coco([
        [1, 1],
        [1, 2],
      ]),
      "a.json: expected one category for each picture, received cat, dog for 1.jpg. Heddle tells one class for each picture: cut the objects out, or annotate one category.",
    ],
    [
      coco([[1, 9]]),
      "a.json: expected annotations of its images and categories, received an annotation of image 1 with category 9.",
    ],
    [
      '{"annotations":1,"categories":[],"images":[]}',
      "a.json: expected annotations as a list of objects, received number.",
    ],
    ['{"annotations":[],"categories":[]', "a.json: expected JSON"],
  ])("are refused if a picture has several, or they are damaged: %s", async (text, message) => {
    await expect(list({ "a.json": text }, "1.jpg")).rejects.toThrow(message);
  });
});

describe("labels in a file of each picture, as WebDataset keeps them", () => {
  it("are texts, or keys of JSON", async () => {
    const texts = { "train/0.cls": "03\n", "train/1.cls": "cat", "train/1.json": "{}", "train/2.cls": "" };
    expect(await list(texts, "train/0.jpg", "train/1.jpg", "train/2.jpg", "val/0.jpg")).toEqual({
      train: { "train/0.jpg": "3", "train/1.jpg": "cat" },
      test: undefined,
      choices: ["labels: the .cls file of each picture"],
      leftOut: [
        "2 pictures: they have no label (train/2.jpg, val/0.jpg)",
        "1 file: Heddle does not read .json (train/1.json)",
      ],
    });
    const json = { "0.json": '{"label":5,"w":8}', "1.json": '{"width":8}', "2.json": "[" };
    expect(await list(json, "0.jpg", "1.jpg", "2.jpg")).toMatchObject({
      train: { "0.jpg": "5" },
      leftOut: ["2 pictures: they have no label (1.jpg, 2.jpg)"],
    });
  });
});
