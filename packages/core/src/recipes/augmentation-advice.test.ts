import { expect, it } from "vitest";
import { Dense, Flatten, RandomFlip } from "../layers/index.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "../network/input.js";
import { augmentationAdvice } from "./augmentation-advice.js";
import { studyModel } from "./study-recipe.js";

const model = {};
const plain = new Sequential([new Input([4, 4, 1]), new Flatten(), new Dense(2)]);
const random = new Sequential([new Input([4, 4, 1]), new RandomFlip(), new Flatten(), new Dense(2)]);

it("few images get advice on augmentation with what it gained", () => {
  const study = studyModel({ input: [12, 12, 1], classes: 2, seed: 1 });
  expect(augmentationAdvice(study, 200, {})).toBe(
    "Training images are moved at random by up to 2.5% of their size, which gained about 1 point of accuracy on 200 images of clothes and 1.5 on 500; `augment` changes that.",
  );
  expect(augmentationAdvice(plain, 200, { model })).toBe(
    'Training images are used as they are: `augment: "translation=0.025"` gained about 1 point of accuracy on 200 images of clothes and 1.5 on 500.',
  );
});

it("many images, random layers and an augmentation that is chosen need no advice", () => {
  expect(augmentationAdvice(plain, 1000, { model })).toBeUndefined();
  expect(augmentationAdvice(random, 200, { model })).toBeUndefined();
  expect(augmentationAdvice(plain, 200, { model, augment: {} })).toBeUndefined();
});
