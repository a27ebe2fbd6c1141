import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { available } from "../system/required.testing.js";

/**
 * The folder of the real Fashion-MNIST files for tests, in `HEDDLE_DATA` or in `../shared/data` next to the repository;
 * `undefined` if neither has them.
 *
 * @example
 * it.skipIf(!realFashionMnist)(`describes Fashion-MNIST ${NEEDS_DATA}`, async () => { … });
 */
export const realFashionMnist: string | undefined = [
  process.env["HEDDLE_DATA"],
  fileURLToPath(new URL("../../../../../shared/data", import.meta.url)),
]
  .filter((folder) => folder !== undefined && folder !== "")
  .map((folder) => join(folder!, "fashion-mnist"))
  .find((folder) => existsSync(join(folder, "train-images-idx3-ubyte.gz")));
available("data", realFashionMnist !== undefined);

/** Part of the titles of tests on real data, so that the list of skipped tests says why. */
export const NEEDS_DATA = "(needs HEDDLE_DATA with fashion-mnist/)";
