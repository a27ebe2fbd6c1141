import { isJsonObject, type Json, type JsonObject } from "@heddle/core/internal/base/json.js";

/** Options that TensorFlow.js does not have, which act in training alone or are at the only value that Heddle has. */
const ABSENT = ["name", "trainable", "activity_regularizer"];

/** Initializers that are written in another way. */
const INITIALIZERS: Readonly<Record<string, string>> = {
  LecunNormal: "LeCunNormal",
  LecunUniform: "LeCunUniform",
};

/** A layer's configuration in TensorFlow.js's words. */
export function tfjsConfig(config: JsonObject): JsonObject {
  const entries = Object.entries(config).filter(([key]) => !ABSENT.includes(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, rule(value)]));
}

/** An initializer, a penalty or a constraint. */
function rule(value: Json): Json {
  if (!isJsonObject(value) || typeof value["class_name"] !== "string") return value;
  const { class_name: className } = value;
  const config = isJsonObject(value["config"]) ? value["config"] : {};
  if (/^L1|^L2/.test(className)) {
    return { class_name: "L1L2", config: { l1: config["l1"] ?? 0, l2: config["l2"] ?? 0 } };
  }
  if (className === "VarianceScaling") {
    const distribution = config["distribution"] === "uniform" ? "uniform" : "normal";
    return { class_name: className, config: { ...config, distribution } };
  }
  return { class_name: INITIALIZERS[className] ?? className, config };
}
