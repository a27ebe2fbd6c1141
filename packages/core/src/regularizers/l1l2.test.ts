import { expect, it } from "vitest";
import { L1, L1L2, L2, regularizers } from "./index.js";

it("regularizers have Keras's defaults", () => {
  expect(new L1()).toMatchObject({ l1: 0.01, l2: 0 });
  expect(new L2()).toMatchObject({ l1: 0, l2: 0.01 });
  expect(new L1L2()).toMatchObject({ l1: 0, l2: 0 });
  expect(regularizers.create("test", "l2")).toEqual(new L2());
});

it.each([new L1(0.5), new L1(0), new L2(0.25), new L1L2({ l1: 0.1, l2: 0.2 })])(
  "%o is read back from its configuration",
  (regularizer) => {
    const saved = { class_name: regularizer.className, config: regularizer.getConfig() };
    expect(regularizers.deserialize("test", saved)).toEqual(regularizer);
  },
);

it("regularizers refuse negative factors, and factors that are not finite", () => {
  expect(() => new L1(-1)).toThrow("L1: expected l1 to be a number of at least 0, received -1. Correct l1.");
  expect(() => new L1L2({ l2: Number.NaN })).toThrow(
    "expected l2 to be a number of at least 0, received NaN.",
  );
});
