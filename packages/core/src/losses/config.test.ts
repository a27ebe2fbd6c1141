import { readsConfigsAsLoading } from "../base/from-config.testing.js";
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  Huber,
  losses,
  MeanAbsoluteError,
  MeanSquaredError,
  SparseCategoricalCrossentropy,
} from "./index.js";

readsConfigsAsLoading(
  losses,
  [
    new SparseCategoricalCrossentropy({ labelSmoothing: 0.1 }),
    new CategoricalCrossentropy({ fromLogits: true }),
    new BinaryCrossentropy({ labelSmoothing: 0.1 }),
    new MeanSquaredError(),
    new MeanAbsoluteError(),
    new Huber({ delta: 2 }),
  ],
  { dtype: "int8", reduction: "sum", axis: 0, ignore_class: 1 },
);
