export { BackupAndRestore, type BackupAndRestoreOptions } from "./backup-and-restore.js";
export { CSVLogger, type CSVLoggerOptions } from "./csv-logger.js";
export { EarlyStopping, type EarlyStoppingOptions } from "./early-stopping.js";
export { LearningRateScheduler } from "./learning-rate-scheduler.js";
export type { Mode, MonitorName } from "./logs.js";
export { ModelCheckpoint, type ModelCheckpointOptions } from "./model-checkpoint.js";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./reduce-lr-on-plateau.js";
export { TensorBoard } from "./tensor-board.js";
export { TerminateOnNaN } from "./terminate-on-nan.js";
