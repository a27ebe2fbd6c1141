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

/** A list of callbacks, each an object: from JavaScript they may be anything. */
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
    next: "Give [new EarlyStopping()], say.",
  });
}

/** Refuses a function by the name of a hook that nobody calls. An object of a class may have such for itself. */
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
    expected: "callbacks with hooks that it calls",
    received: JSON.stringify(name),
    next: /batch/i.test(name)
      ? "There are none of batches: take onProgress, or onPause."
      : didYouMean(camelCased(name), HOOKS),
  });
}
