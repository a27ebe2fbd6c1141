import { refuses } from "../base/refusals.testing.js";
import { TopKCategoricalAccuracy } from "../metrics/index.js";
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  Huber,
  SparseCategoricalCrossentropy,
} from "./index.js";

refuses("losses with wrong options", [
  [
    () => new SparseCategoricalCrossentropy({ labelSmoothing: 2 }),
    "SparseCategoricalCrossentropy: expected labelSmoothing to be a number from 0 to 1, received 2. Correct labelSmoothing.",
  ],
  [
    () => new CategoricalCrossentropy({ labelSmoothing: -0.1 }),
    "CategoricalCrossentropy: expected labelSmoothing to be a number from 0 to 1, received -0.1. Correct labelSmoothing.",
  ],
  [
    () => new BinaryCrossentropy({ labelSmoothing: Number.NaN }),
    "BinaryCrossentropy: expected labelSmoothing to be a number from 0 to 1, received NaN. Correct labelSmoothing.",
  ],
  [() => new Huber({ delta: 0 }), "Huber: expected delta to be a number above 0, received 0. Correct delta."],
  [
    () => new TopKCategoricalAccuracy({ k: 0 }),
    "TopKCategoricalAccuracy: expected k to be a whole number of at least 1, received 0. Correct k.",
  ],
]);
