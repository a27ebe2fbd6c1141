import { expect, it } from "vitest";
import { CategoricalCrossentropy, losses, SparseCategoricalCrossentropy } from "./index.js";

it("are told apart by their targets, and take probabilities unless told otherwise", () => {
  expect(new SparseCategoricalCrossentropy()).toMatchObject({ sparse: true, fromLogits: false });
  expect(new CategoricalCrossentropy({ fromLogits: true })).toMatchObject({
    sparse: false,
    fromLogits: true,
  });
});

it.each([
  new SparseCategoricalCrossentropy(),
  new SparseCategoricalCrossentropy({ fromLogits: true }),
  new CategoricalCrossentropy({ fromLogits: true }),
])("%o goes into a configuration and comes back", (loss) => {
  expect(losses.deserialize("test", { class_name: loss.className, config: loss.getConfig() })).toEqual(loss);
});

it.each(["sparse_categorical_crossentropy", "sparseCategoricalCrossentropy"])(
  "%s is found by its name",
  (name) => {
    expect(losses.create("compile", name)).toEqual(new SparseCategoricalCrossentropy());
  },
);
