import { readsConfigsAsLoading } from "../base/from-config.testing.js";
import { L1, L1L2, L2, regularizers } from "./index.js";

readsConfigsAsLoading(regularizers, [new L1(0.5), new L2(0.25), new L1L2({ l1: 0.5, l2: 0.25 })]);
