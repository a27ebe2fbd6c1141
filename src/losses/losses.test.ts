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
  new CategoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
])("%o goes into a configuration and comes back", (loss) => {
  expect(losses.deserialize("test", { class_name: loss.className, config: loss.getConfig() })).toEqual(loss);
});

it.each(["sparse_categorical_crossentropy", "sparseCategoricalCrossentropy"])(
  "%s is found by its name",
  (name) => {
    expect(losses.create("compile", name)).toEqual(new SparseCategoricalCrossentropy());
  },
);

it("refuse a label smoothing beyond 0 to 1", () => {
  expect(() => new SparseCategoricalCrossentropy({ labelSmoothing: 1.5 })).toThrow(
    "Crossentropy: expected labelSmoothing to be from 0 to 1, received 1.5. Correct labelSmoothing.",
  );
});
