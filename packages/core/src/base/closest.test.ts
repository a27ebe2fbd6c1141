import { expect, it } from "vitest";
import { closest, didYouMean } from "./closest.js";

const names = ["epochs", "optimizer", "one-cycle", "l2", "BinaryCrossentropy", "elu", "gelu", "sgd"];

it.each([
  ["epoch", "epochs"],
  ["Optimiser", "optimizer"],
  ["onecycle", "one-cycle"],
  ["epcohs", "epochs"],
  ["cosine", undefined],
  ["crossentropy", undefined],
  ["glu", "gelu"],
  ["sdg", "sgd"],
  ["sgt", "sgd"],
  ["", undefined],
])("takes %j for %s", (word, meant) => {
  expect(closest(word, names)).toBe(meant);
});

it("lists all choices if none is close", () => {
  expect(didYouMean("epoch", names)).toBe("Did you mean epochs?");
  expect(didYouMean("colour", ["red", "blue"])).toBe("Choose one of red, blue.");
});

it("does not compare millions of letters", () => {
  expect(closest("e".repeat(50_000_000), names)).toBeUndefined();
});
