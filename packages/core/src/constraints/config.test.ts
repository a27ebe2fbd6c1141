import { readsConfigsAsLoading } from "../base/from-config.testing.js";
import { constraints, MaxNorm, NonNeg, UnitNorm } from "./index.js";

readsConfigsAsLoading(constraints, [
  new MaxNorm(3, { axis: [0, 1] }),
  new NonNeg(),
  new UnitNorm({ axis: 1 }),
]);
