import { refuses } from "../base/refusals.testing.js";
import {
  BackupAndRestore,
  CSVLogger,
  EarlyStopping,
  LearningRateScheduler,
  ModelCheckpoint,
  ReduceLROnPlateau,
  TensorBoard,
} from "./index.js";

refuses("wrong options of callbacks", [
  [
    () => new EarlyStopping({ patience: -1 }),
    "EarlyStopping: expected patience to be a whole number of at least 0, received -1. Correct patience.",
  ],
  [
    () => new EarlyStopping({ monitor: 3 as never }),
    "EarlyStopping: expected monitor to be a non-empty string, received 3. Correct monitor.",
  ],
  [
    () => new EarlyStopping({ mode: "lower" as never }),
    'EarlyStopping: expected mode to be "auto", "min" or "max", received "lower". Correct mode.',
  ],
  [
    () => new EarlyStopping({ minDelta: Number.NaN }),
    "EarlyStopping: expected minDelta to be a finite number, received NaN. Correct minDelta.",
  ],
  [
    () => new EarlyStopping({ baseline: Number.NaN }),
    "EarlyStopping: expected baseline to be a finite number, received NaN. Correct baseline.",
  ],
  [
    () => new EarlyStopping({ startFromEpoch: 1.5 }),
    "EarlyStopping: expected startFromEpoch to be a whole number of at least 0, received 1.5. Correct startFromEpoch.",
  ],
  [
    () => new ReduceLROnPlateau({ factor: 1 }),
    "ReduceLROnPlateau: expected factor to be a number of at least 0 and below 1, received 1. Correct factor.",
  ],
  [
    () => new ReduceLROnPlateau({ patience: 0.5 }),
    "ReduceLROnPlateau: expected patience to be a whole number of at least 0, received 0.5. Correct patience.",
  ],
  [
    () => new ReduceLROnPlateau({ minLr: Number.NaN }),
    "ReduceLROnPlateau: expected minLr to be a finite number, received NaN. Correct minLr.",
  ],
  [
    () => new ReduceLROnPlateau({ cooldown: -1 }),
    "ReduceLROnPlateau: expected cooldown to be a whole number of at least 0, received -1. Correct cooldown.",
  ],
  [
    () => new ModelCheckpoint("best.safetensors"),
    "ModelCheckpoint: expected the path of a folder, received best.safetensors. Correct the path, or `saveWeightsOnly`.",
  ],
  [
    () => new ModelCheckpoint("" as never),
    'ModelCheckpoint: expected path to be a non-empty string, received "". Correct path.',
  ],
  [
    () => new ModelCheckpoint("best", { initialValueThreshold: Number.NaN }),
    "ModelCheckpoint: expected initialValueThreshold to be a finite number, received NaN. Correct initialValueThreshold.",
  ],
  [
    () => new LearningRateScheduler(0.1 as never),
    "LearningRateScheduler: expected a function of the epoch and the learning rate, received number. Pass a function here, or a schedule to the optimizer.",
  ],
  [() => new CSVLogger(""), 'CSVLogger: expected path to be a non-empty string, received "". Correct path.'],
  [
    () => new CSVLogger("log.csv", { separator: "" }),
    'CSVLogger: expected separator to be a non-empty string, received "". Correct separator.',
  ],
  [
    () => new BackupAndRestore(""),
    'BackupAndRestore: expected folder to be a non-empty string, received "". Correct folder.',
  ],
  [
    () => new TensorBoard(""),
    'TensorBoard: expected folder to be a non-empty string, received "". Correct folder.',
  ],
]);
