import {
  above0,
  aFunction,
  type Case,
  checksItsOptions,
  finite,
  none,
  wholeFrom,
} from "../base/option-types.testing.js";
import { findLearningRate } from "./lr-find.js";

const rate = (value: unknown) => above0(value) && finite(value);
const cases: readonly Case[] = [
  [
    "findLearningRate",
    (o) => findLearningRate({} as never, o),
    {},
    { from: rate, to: rate, steps: wholeFrom(2), signal: none, onStep: aFunction },
  ],
];

checksItsOptions(cases, false);
