import { HeddleError, UnsupportedError } from "../base/errors.js";
import { isJsonObject, type Json, type JsonObject } from "../base/json.js";
import { ownClassName } from "../base/own-class.js";
import { Registry } from "../base/registry.js";
import { shown } from "../base/rules.js";

/** The activations by Heddle's names, each with the name that Keras writes into a configuration. */
export const kerasNames = {
  linear: "linear",
  relu: "relu",
  leakyRelu: "leaky_relu",
  elu: "elu",
  selu: "selu",
  gelu: "gelu",
  geluTanh: "gelu_tanh",
  silu: "silu",
  sigmoid: "sigmoid",
  tanh: "tanh",
  softplus: "softplus",
  softmax: "softmax",
  hardSwish: "hard_silu",
} as const;

/** An activation: `leakyRelu` at slope 0.2; `gelu` exact, `geluTanh` its approximation; `softmax` over the last axis. */
export type ActivationName = keyof typeof kerasNames;

/** An activation under Heddle's or one of Keras's names. */
export type ActivationOption =
  | ActivationName
  | (typeof kerasNames)[ActivationName]
  | "swish"
  | "hardSilu"
  | "hard_swish";

const named = (name: ActivationName) => ({ fromConfig: () => name });

const byName = new Registry<ActivationName>("activation", {
  ...Object.fromEntries((Object.keys(kerasNames) as ActivationName[]).map((name) => [name, named(name)])),
  swish: named("silu"),
  hardSilu: named("hardSwish"),
});

/** Checks an activation's name, whatever its case and underscores; linear if there is none. */
export function activationOf(who: string, value: string | undefined): ActivationName {
  const name: unknown = value ?? "linear";
  if (typeof name === "string") return byName.create(who, name);
  throw new HeddleError({
    who,
    expected: "activation as a name",
    received: typeof name === "function" ? "a function" : shown(name),
    next: 'Pass a name: "relu".',
  });
}

/** The activation that a Keras configuration asks for. */
export function activationIn(who: string, config: JsonObject): ActivationName {
  const value = config["activation"] ?? undefined;
  if (value === undefined || typeof value === "string") return activationOf(who, value);
  throw new UnsupportedError(
    {
      who,
      expected: "activation as a name",
      received: shown(value),
      next: "Heddle has Keras's activations by name only: change the model.",
    },
    [`${describedActivation(value)} as an activation`],
  );
}

/** What is passed instead of a name: a layer, a function of the user's, or Python code. */
function describedActivation(value: Json): string {
  if (!isJsonObject(value) || typeof value["class_name"] !== "string") return "Python code";
  const { class_name: className, config } = value;
  if (className === "function") return `the function ${String(config).slice(0, 60)}`;
  return className === "__lambda__"
    ? "Python code"
    : `the layer ${(ownClassName(value) ?? className).slice(0, 60)}`;
}

/** An activation's name for a Keras configuration. */
export function kerasActivation(activation: ActivationName): string {
  return kerasNames[activation];
}
