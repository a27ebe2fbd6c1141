import { refuses } from "../base/refusals.testing.js";
import { AUC, F1Score, Precision, Recall } from "./index.js";

refuses("metrics with wrong options", [
  [
    () => new AUC({ curve: "roc" as never }),
    'AUC: expected curve to be "ROC" or "PR", received "roc". Did you mean "ROC"?',
  ],
  [
    () => new AUC({ numThresholds: 1 }),
    "AUC: expected numThresholds to be a whole number of at least 2, received 1. Correct numThresholds.",
  ],
  [
    () => new F1Score({ average: "mean" as never }),
    'F1Score: expected average to be "macro", "micro" or "weighted", received "mean". Correct average.',
  ],
  [
    () => new F1Score({ threshold: 2 }),
    "F1Score: expected threshold to be a number from 0 to 1, received 2. Correct threshold.",
  ],
  [
    () => new Precision({ threshold: -1 }),
    "Precision: expected threshold to be a number from 0 to 1, received -1. Correct threshold.",
  ],
  [
    () => new Recall({ threshold: Number.NaN }),
    "Recall: expected threshold to be a number from 0 to 1, received NaN. Correct threshold.",
  ],
]);
