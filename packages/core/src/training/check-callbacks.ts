import { didYouMean } from "../base/closest.js";
import { HeddleError } from "../base/errors.js";
import { camelCased } from "../base/known-options.js";
import type { Callback } from "../callbacks/callback.js";

const HOOKS: readonly (keyof Callback)[] = [
  "onTrainBegin",
  "onEpochBegin",
  "onProgress",
  "onPause",
  "onEpochEnd",
  "onNonFinite",
  "onTrainEnd",
];

/** Checks that callbacks are a list of objects: from JavaScript they may be anything. */
export function checkedCallbacks(callbacks: readonly Callback[]): Callback[] {
  const list: unknown = callbacks;
  const isObject = (callback: unknown) => typeof callback === "object" && callback !== null;
  if (Array.isArray(list) && list.every(isObject)) {
    for (const callback of callbacks) checkHooks(callback);
    return [...callbacks];
  }
  const wrong: unknown = Array.isArray(list) ? list.find((callback) => !isObject(callback)) : list;
  throw new HeddleError({
    who: "fit",
    expected: "callbacks to be a list of objects",
    received: typeof wrong === "function" ? `the class ${wrong.name}` : typeof wrong,
    next: "Pass a list such as [new EarlyStopping()].",
  });
}

/** Refuses a function whose name looks like a hook but is none. An object of a class may have such methods for itself. */
function checkHooks(callback: Callback): void {
  if (Object.getPrototypeOf(callback) !== Object.prototype) return;
  const unknown = Object.entries<unknown>({ ...callback }).find(
    ([name, value]) =>
      /^on[A-Z_]/.test(name) && typeof value === "function" && !HOOKS.some((hook) => hook === name),
  );
  if (!unknown) return;
  const [name] = unknown;
  throw new HeddleError({
    who: "fit",
    expected: "callbacks with known hooks",
    received: JSON.stringify(name),
    next: /batch/i.test(name)
      ? "Batches have no hooks: use `onProgress`, or `onPause`."
      : didYouMean(camelCased(name), HOOKS),
  });
}
