import { refuses } from "../base/refusals.testing.js";
import { L1, L1L2, L2 } from "./index.js";

refuses("regularizers with wrong options", [
  [() => new L1(-1), "L1: expected l1 to be a number of at least 0, received -1. Correct l1."],
  [() => new L2(Number.NaN), "L2: expected l2 to be a number of at least 0, received NaN. Correct l2."],
  [
    () => new L1L2({ l1: "1" as never }),
    'L1L2: expected l1 to be a number of at least 0, received "1". Correct l1.',
  ],
]);
