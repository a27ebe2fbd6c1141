import { anyName, checkerOf, type KerasKeys } from "../base/ignored-keys.js";

/** What Keras's schedules have and Heddle's do not. */
export const scheduleKeys: KerasKeys = { every: { name: anyName } };

export const checkedSchedule = checkerOf("schedule", scheduleKeys);
