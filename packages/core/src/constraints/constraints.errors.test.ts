import { refuses } from "../base/refusals.testing.js";
import { MaxNorm } from "./index.js";

refuses("constraints with wrong options", [
  [
    () => new MaxNorm(-1),
    "MaxNorm: expected maxValue to be a number of at least 0, received -1. Correct maxValue.",
  ],
]);
