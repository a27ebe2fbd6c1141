// What no parser may do, whatever it reads: change what every object inherits, or write outside its folder.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve, sep } from "node:path";

/** The objects that all code shares. */
const shared = {
  Object,
  Array,
  Function,
  String,
  Number,
  Boolean,
  Map,
  Set,
  Promise,
  Uint8Array,
  RegExp,
  Error,
};

/** The names that the shared prototypes and constructors have: any other is pollution. */
export function sharedNames() {
  return Object.entries(shared)
    .map(([name, one]) => `${name}: ${Reflect.ownKeys(one).length}, ${Reflect.ownKeys(one.prototype).length}`)
    .join("; ");
}

/** The functions that write, and which of their arguments are paths. */
const WRITERS = {
  ...{
    writeFile: [0],
    appendFile: [0],
    mkdir: [0],
    mkdtemp: [0],
    rm: [0],
    rmdir: [0],
    unlink: [0],
    truncate: [0],
  },
  ...{ rename: [0, 1], copyFile: [1], cp: [1], symlink: [1], link: [1], chmod: [0], utimes: [0] },
};

/**
 * Makes every function of `node:fs` that writes refuse paths outside of a folder.
 *
 * @param {string} folder
 * @param {(path: string) => void} onOutside called with the path
 */
export function guardWrites(folder, onOutside) {
  const inside = resolve(folder) + sep;
  const checkPath = (/** @type {unknown} */ path) => {
    if (typeof path !== "string" || (resolve(path) + sep).startsWith(inside)) return;
    onOutside(path);
    throw new Error(`outside of the folder: ${path}`);
  };
  const opensToWrite = (/** @type {unknown} */ flags) =>
    flags !== undefined && flags !== "r" && flags !== fs.constants.O_RDONLY;
  /** @param {any} module @param {string} suffix */
  const guard = (module, suffix) => {
    for (const [name, places] of Object.entries(WRITERS)) {
      const original = module[name + suffix];
      if (!original) continue;
      module[name + suffix] = (/** @type {any[]} */ ...given) => {
        for (const place of places) checkPath(given[place]);
        return original.apply(module, given);
      };
    }
    const open = module[`open${suffix}`];
    module[`open${suffix}`] = (/** @type {any[]} */ ...given) => {
      if (opensToWrite(given[1])) checkPath(given[0]);
      return open.apply(module, given);
    };
  };
  guard(fs, "");
  guard(fs, "Sync");
  guard(fs.promises, "");
  syncBuiltinESMExports();
}
