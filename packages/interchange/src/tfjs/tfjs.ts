import type { ModelFormat } from "../format.js";
import { modelJsonIn, readTfjs, shardsOf } from "./read.js";
import { tfjsReceipt, writeTfjs } from "./write.js";

/** TensorFlow.js's layers models: `model.json` and the files with the weights that it names. */
export const tfjs: ModelFormat = {
  name: "tfjs",
  title: "a layers model of TensorFlow.js (model.json and its weights)",
  needsFolder: true,
  recognises: (files) => modelJsonIn(files) !== undefined,
  companions: shardsOf,
  read: readTfjs,
  receipt: tfjsReceipt,
  write: writeTfjs,
};
