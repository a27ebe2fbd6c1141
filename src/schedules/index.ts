import { Registry } from "../base/registry.js";
import { Constant } from "./constant.js";
import { OneCycle } from "./one-cycle.js";
import type { Schedule } from "./schedule.js";

export { Constant, OneCycle, type Schedule };

export const schedules = new Registry<Schedule>("schedule", {
  Constant: (config) => new Constant(Number(config["learning_rate"])),
  OneCycle: (config) =>
    new OneCycle(Number(config["peak"]), {
      warmup: Number(config["warmup"] ?? 0.2),
      start: Number(config["start"] ?? 0.1),
      end: Number(config["end"] ?? 0.01),
    }),
});
