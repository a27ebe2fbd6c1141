import { readsConfigsAsLoading } from "../base/from-config.testing.js";
import { Adam, AdamW, Muon, optimizers, RMSprop, SGD } from "./index.js";

readsConfigsAsLoading(
  optimizers,
  [
    new SGD({ momentum: 0.5, nesterov: true }),
    new Adam({ beta1: 0.8, amsgrad: true }),
    new AdamW({ weightDecay: 0.1 }),
    new RMSprop({ centered: true }),
    new Muon({ excludeLayers: ["head"], rmsRate: null }),
  ],
  { loss_scale_factor: 2, gradient_accumulation_steps: 2, jit_compile: 1 },
);
