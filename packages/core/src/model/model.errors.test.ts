import { refuses } from "../base/refusals.testing.js";
import { Dense, input } from "../layers/index.js";
import { MeanSquaredError } from "../losses/index.js";
import { AUC, Precision, TopKCategoricalAccuracy } from "../metrics/index.js";
import { Input } from "../network/input.js";
import { Adam } from "../optimizers/index.js";
import type { CompileOptions } from "./compile-options.js";
import { Sequential } from "./sequential.js";

/** Compiles a classifier of three classes. */
function compiled(options: CompileOptions): void {
  new Sequential([new Input([4]), new Dense(3, { activation: "softmax" })]).compile(options);
}

refuses("models that cannot be built or compiled", [
  [
    () => new Input([]),
    "Input: expected a list of the sizes of one sample, received []. Pass [height, width, channels], or [size] for plain numbers.",
  ],
  [
    () => new Input([8, 0, 1]),
    "Input: expected each size of the shape to be a whole number of at least 1, received 0. Correct each size of the shape.",
  ],
  [
    () => new Input(8 as never),
    "Input: expected a list of the sizes of one sample, received 8. Pass [height, width, channels], or [size] for plain numbers.",
  ],
  [
    () => input([28, 28.5, 1]),
    "input: expected each size of the shape to be a whole number of at least 1, received 28.5. Correct each size of the shape.",
  ],
  [
    () => new Sequential([new Dense(3) as never]),
    "Sequential: expected an Input first and layers after it, received [Dense]. Start with new Input([height, width, channels]).",
  ],
  [
    () => new Sequential([new Input([4])]),
    "Sequential: expected an Input first and layers after it, received [Input]. Start with new Input([height, width, channels]).",
  ],
  [
    () => new Sequential([new Input([4]), Dense as never]),
    "Sequential: expected an Input first and layers after it, received [Input, the class Dense]. Start with new Input([height, width, channels]).",
  ],
  [
    () => new Sequential([new Input([4]), new Dense(1)], { seed: -1 }),
    "Sequential: expected seed to be a whole number of at least 0, received -1. Correct seed.",
  ],
  [
    () => new Sequential([new Input([4]), new Dense(1, { name: "a" }), new Dense(1, { name: "a" })]),
    'Sequential: expected layers with different names, received two named "a". Rename one of them.',
  ],
  [
    () => compiled({ optimizer: "adamax" as never }),
    'compile: expected optimizer to be one of SGD, Adam, AdamW, RMSprop, Muon, received "adamax". Choose one of them.',
  ],
  [
    () => compiled({ optimizer: Adam as never }),
    "compile: expected optimizer as a name or an instance, received the class Adam. Pass an instance, created with new, or a name.",
  ],
  [
    () => compiled({ optimizer: null as never }),
    "compile: expected optimizer as a name or an instance, received null. Pass an instance, created with new, or a name.",
  ],
  [
    () => compiled({ loss: "crossentropy" as never }),
    'compile: expected loss to be one of SparseCategoricalCrossentropy, CategoricalCrossentropy, BinaryCrossentropy, MeanSquaredError, MeanAbsoluteError, Huber, mse, mae, received "crossentropy". Choose one of them.',
  ],
  [
    () => compiled({ loss: MeanSquaredError as never }),
    "compile: expected loss as a name or an instance, received the class MeanSquaredError. Pass an instance, created with new, or a name.",
  ],
  [
    () => compiled({ metrics: ["accurcy" as never] }),
    'compile: expected metric to be one of accuracy, BinaryAccuracy, CategoricalAccuracy, TopKCategoricalAccuracy, Precision, Recall, F1Score, AUC, ConfusionMatrix, MeanSquaredError, MeanAbsoluteError, mse, mae, received "accurcy". Did you mean accuracy?',
  ],
  [
    () => compiled({ metrics: [AUC as never] }),
    "compile: expected each metric as a name or an instance, received the class AUC. Pass an instance, created with new, or a name.",
  ],
  [
    () => compiled({ metrics: ["auc", "auc"] }),
    'compile: expected metrics of different names, none of them called accuracy, received "auc" twice. Set `name` on one of them.',
  ],
  [
    () => compiled({ metrics: [new TopKCategoricalAccuracy({ k: 4 })] }),
    "TopKCategoricalAccuracy: expected k to be at most the number of classes, 3, received 4. Choose a smaller k.",
  ],
  [
    () => compiled({ metrics: [new Precision({ classId: 3 })] }),
    "Precision: expected classId to be from 0 to 2, received 3. Correct classId.",
  ],
]);
