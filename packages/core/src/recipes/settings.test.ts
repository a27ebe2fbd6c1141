import { describe, expect, it } from "vitest";
import { parseAugmentation } from "./augmentation.js";
import { resolveSettings } from "./resolve-settings.js";
import { type GivenSettings, readSetting, type Settings, settings } from "./settings.js";

const refusal = (name: keyof Settings, value: unknown) => () => readSetting("recipe.json", name, value);

it("an augmentation that names a property of every object is refused", () => {
  for (const name of ["__proto__", "constructor", "toString"])
    expect(() => parseAugmentation(`${name}=1`)).toThrow(`received "${name}"`);
});

describe("readSetting", () => {
  it.each([
    ["epochs", 3],
    ["earlyStopping", 0],
    ["learningRate", 1e-5],
    ["optimizer", "muon"],
    ["fast", true],
    ["missing", "zero"],
    ["size", [28, 20]],
    ["shape", [32, 32, 3]],
    ["labelColumn", "kind"],
    ["labelColumn", 65],
    ["dropColumns", ["names", 3]],
    ["model", { class_name: "Sequential" }],
  ] as const)("reads %s %j", (name, value) => {
    expect(readSetting("recipe.json", name, value)).toEqual(value);
  });

  it.each([
    ["epochs", 0, "recipe.json: expected a whole number of at least 1, received 0. Correct epochs."],
    ["epochs", "3", 'recipe.json: expected a whole number of at least 1, received "3". Correct epochs.'],
    ["learningRate", 0, "expected a number above 0, received 0."],
    ["learningRate", Number.NaN, "expected a number above 0, received NaN."],
    ["dropout", 1, "expected a number from 0 to 0.99, received 1."],
    ["batchSize", 65537, "expected a whole number from 1 to 65536, received 65537."],
    ["optimizer", "adamm", 'received "adamm". Did you mean adam?'],
    ["schedule", "linear", "Choose one of constant, one-cycle, cosine, step, exponential, polynomial."],
    ["missing", "ignore", "Choose one of error, drop, zero."],
    ["size", "28x28x1", 'expected a height and a width, such as 28x28, received "28x28x1".'],
    ["size", ["28", "28"], 'such as 28x28, received ["28","28"].'],
    ["size", [[28], [28]], "such as 28x28, received [[28],[28]]."],
    ["shape", [32, 32, 9], "expected height, width and channels, such as 32x32x3, received [32,32,9]."],
    ["labelColumn", 0, "expected a column's name, its position from 1, or last, received 0."],
    ["dropColumns", [], "expected names or positions of columns, such as names,id, received []."],
    ["classOrder", "alphabet", "Choose one of text, number."],
    ["data", " ", 'expected a dataset\'s name or folder, received " ".'],
    [
      "augment",
      { filp: true },
      'recipe.json: augment: expected translation, flip, rotation, zoom, contrast, erasing or none, received "filp". Did you mean flip?',
    ],
  ] as const)("refuses %s %j", (name, value, message) => {
    expect(refusal(name, value)).toThrow(message);
  });

  it("parses the text of an option", () => {
    const typed = (name: keyof Settings, text: string) => settings[name].read(settings[name].parse(text));
    expect(typed("learningRate", "3e-3")).toBe(0.003);
    expect(typed("l2", ".5")).toBe(0.5);
    expect([typed("size", "28x20"), typed("shape", "32X32x3")]).toEqual([
      [28, 20],
      [32, 32, 3],
    ]);
    expect(typed("dropColumns", "names,785")).toEqual(["names", "785"]);
    for (const text of ["", " ", "0x10", "1e", "Infinity", "1,5"]) expect(typed("l2", text)).toBeUndefined();
    for (const text of ["1e2", "1.0", "-1", ""]) expect(typed("epochs", text)).toBeUndefined();
  });
});

describe("parseAugmentation", () => {
  it("reads changes with and without values", () => {
    expect(parseAugmentation("translation=0.05, flip,erasing")).toEqual({
      translation: 0.05,
      flip: "horizontal",
      erasing: 0.5,
    });
    expect(parseAugmentation("none")).toEqual({});
    expect(parseAugmentation("flip=both")).toEqual({ flip: "both" });
  });

  it.each([
    ["", 'received "".'],
    ["flip,flip", "expected each change once, received flip twice."],
    ["flip=up", 'expected flip to be horizontal, vertical, both, received "up".'],
    ["zoom=2", "expected zoom to be a number from 0 to 0.5, received 2."],
    ["zoom=big", 'expected zoom to be a number from 0 to 0.5, received "big".'],
    ["zoom=0x0", 'expected zoom to be a number from 0 to 0.5, received "0x0".'],
    ["zoom=0b1", 'expected zoom to be a number from 0 to 0.5, received "0b1".'],
    ["zoom=1e3", "expected zoom to be a number from 0 to 0.5, received 1000."],
    ["zoom=Infinity", 'expected zoom to be a number from 0 to 0.5, received "Infinity".'],
    ["zoom=", 'expected zoom to be a number from 0 to 0.5, received "".'],
    ["zoom=a=b", "expected NAME or NAME=VALUE, received zoom=a=b."],
    ["roation=0.1", "Did you mean rotation?"],
    ["none,flip", 'received "none".'],
  ])("refuses %j", (text, message) => {
    expect(() => parseAugmentation(text)).toThrow(message);
  });
});

describe("resolveSettings", () => {
  it("prefers overrides to the recipe, and the recipe to the defaults", () => {
    const resolved = resolveSettings(
      { epochs: 5, l2: 0.1, batchSize: 32 },
      { epochs: 7, batchSize: undefined },
    );
    expect(resolved).toMatchObject({
      epochs: 7,
      l2: 0.1,
      batchSize: 32,
      model: "study",
      learningRate: 0.003,
    });
  });

  it("drops what belongs to a different optimizer, schedule or dataset", () => {
    const recipe: GivenSettings = {
      optimizer: "adamw",
      learningRate: 0.02,
      weightDecay: 0.1,
      schedule: "cosine",
      warmup: 0.1,
    };
    expect(resolveSettings(recipe, { optimizer: "adamw" })).toMatchObject({
      learningRate: 0.02,
      weightDecay: 0.1,
    });
    const other = resolveSettings(recipe, { optimizer: "sgd", schedule: "step" });
    expect(other).toMatchObject({ optimizer: "sgd", learningRate: 0.05, momentum: 0.9 });
    expect(other).not.toHaveProperty("weightDecay");
    expect(other).not.toHaveProperty("warmup");
    const photos: GivenSettings = { data: "photos", size: [32, 32], limit: 100 };
    expect(resolveSettings(photos, { data: "photos" })).toMatchObject(photos);
    const digits = resolveSettings(photos, { data: "digits.csv" });
    expect(digits).toMatchObject({ data: "digits.csv", limit: 100 });
    expect(digits).not.toHaveProperty("size");
  });

  it.each([
    [
      { momentum: 0.9 },
      "`momentum`: expected an optimizer with momentum: sgd, rmsprop or muon, received adam. Remove it, or choose a different `optimizer`.",
    ],
    [
      { power: 2 },
      "`power`: expected the polynomial schedule, received one-cycle. Remove it, or choose a different `schedule`.",
    ],
    [
      { schedule: "constant", lrEnd: 0.1 },
      "`lrEnd`: expected a schedule that changes the learning rate, received constant.",
    ],
    [
      { schedule: "step", lrEnd: 0 },
      "`lrEnd`: expected a number above 0 for the step schedule, received 0. Raise `lrEnd`.",
    ],
    [
      { stream: true, validationSplit: 0.1 },
      "`validationSplit`: expected images in memory, some of which can be held out, received `stream: true`. Remove one of the two: a streamed training is validated on the test images.",
    ],
    [
      { earlyStopping: 3 },
      "`earlyStopping`: expected validation images to watch, because the test set must decide nothing, received none. Add `validationSplit: 0.1`.",
    ],
    [
      { earlyStopping: 3, validationSplit: 0.1, ema: 0.99 },
      "`earlyStopping`: expected training without `ema`, because the best epoch's weights would replace the average, received `ema: 0.99`. Remove one of the two.",
    ],
  ] as const)("refuses %j", (overrides, message) => {
    expect(() => resolveSettings({}, overrides)).toThrow(message);
  });
});
