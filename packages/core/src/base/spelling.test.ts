import { expect, expectTypeOf, it } from "vitest";
import type { MonitorName } from "../callbacks/index.js";
import { type ConstraintName, constraints } from "../constraints/index.js";
import { type InitializerName, initializers } from "../initializers/index.js";
import { type LossName, losses } from "../losses/index.js";
import { type MetricName, metrics } from "../metrics/index.js";
import { type OptimizerName, optimizers } from "../optimizers/index.js";
import { type RegularizerName, regularizers } from "../regularizers/index.js";
import type { Registry } from "./registry.js";
import type { Spelling } from "./spelling.js";

it("an option accepts a class's own name, and it in camel case and with underscores", () => {
  expectTypeOf<Spelling<"HeNormal">>().toEqualTypeOf<"HeNormal" | "heNormal" | "he_normal">();
  expectTypeOf<Spelling<"TopKCategoricalAccuracy">>().toEqualTypeOf<
    "TopKCategoricalAccuracy" | "topKCategoricalAccuracy" | "top_k_categorical_accuracy"
  >();
  expectTypeOf<Spelling<"F1Score">>().toEqualTypeOf<"F1Score" | "f1Score" | "f1_score">();
  expectTypeOf<Spelling<"SGD">>().toEqualTypeOf<"SGD" | "sgd">();
  expectTypeOf<Spelling<"RMSprop">>().toEqualTypeOf<"RMSprop" | "rmsprop">();
  expectTypeOf<Spelling<"mse">>().toEqualTypeOf<"mse">();
});

it("the names of options are those of the classes that are there", () => {
  // A misspelt one does not compile; that it compiles and is there is tested for each kind.
  const named: readonly (readonly [Registry<unknown>, readonly string[]])[] = [
    [optimizers, ["sgd", "adam", "adamw", "adamW", "rmsprop", "Muon"] satisfies OptimizerName[]],
    [losses, ["sparse_categorical_crossentropy", "binaryCrossentropy", "Huber", "mse"] satisfies LossName[]],
    [
      metrics,
      ["accuracy", "top_k_categorical_accuracy", "f1Score", "AUC", "auc", "mae"] satisfies MetricName[],
    ],
    [initializers, ["zeros", "glorot_uniform", "heNormal", "Orthogonal"] satisfies InitializerName[]],
    [regularizers, ["l1", "L2", "l1_l2", "l1L2"] satisfies RegularizerName[]],
    [constraints, ["max_norm", "nonNeg", "UnitNorm"] satisfies ConstraintName[]],
  ];
  for (const [registry, names] of named)
    for (const name of names) expect(registry.create("a", name)).toBeTruthy();
  // @ts-expect-error there is no such optimizer
  expect(() => optimizers.create("a", "adamax" satisfies OptimizerName)).toThrow(
    "expected optimizer to be one of",
  );
  // @ts-expect-error it is called heNormal
  expect(() => initializers.create("a", "he" satisfies InitializerName)).toThrow("expected initializer");
});

it("a monitor is a measurement of an epoch in either spelling, or one of a metric of any name", () => {
  const names = ["loss", "valLoss", "val_accuracy", "learning_rate", "valF1Score", "val_mine"] as const;
  expectTypeOf<(typeof names)[number]>().toExtend<MonitorName>();
  expectTypeOf<"accurcy">().not.toExtend<MonitorName>();
  expectTypeOf<"epoch">().not.toExtend<MonitorName>();
});
