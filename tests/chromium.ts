import { available } from "../packages/heddle/dist/system/required.testing.js";
import { chromium } from "../tools/reproducibility/in-chromium.mjs";

/** Whether there is a Chromium for tests in a real browser. */
export const hasChromium = available("chromium", chromium !== undefined);

/** For the names of tests that are skipped without one. */
export const NEEDS_CHROMIUM = "(needs Chromium; CHROMIUM names it)";
