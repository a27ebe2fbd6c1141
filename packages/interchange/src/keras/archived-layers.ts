import { textIn } from "@heddle/core/internal/base/config.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isJsonObject, type Json, type JsonObject } from "@heddle/core/internal/base/json.js";
import { snakeCase } from "@heddle/core/internal/network/build.js";
import { isOperation } from "@heddle/core/internal/network/operations.js";

/** A layer of a Keras model, and where its variables are in an archive. */
export interface ArchivedLayer {
  /** Its name, after those of the models around it, with slashes. */
  readonly path: string;
  /** The group of its variables: `layers/functional/layers/conv2d_1`. */
  readonly group: string;
  readonly className: string;
  readonly config: JsonObject;
}

/**
 * The layers of a model in the order of its JSON, those of inner models included. A layer's group is named after its class,
 * numbered within its model; its own name plays no part.
 *
 * @param model `{ class_name, config }`
 */
export function archivedLayers(who: string, model: JsonObject): readonly ArchivedLayer[] {
  return layersWithin(who, model, { path: "", group: "" });
}

function layersWithin(
  who: string,
  { class_name: kind, config }: JsonObject,
  around: { readonly path: string; readonly group: string },
): ArchivedLayer[] {
  const list = isJsonObject(config) ? config["layers"] : undefined;
  const layers = Array.isArray(list) ? (list as readonly Json[]).filter(isJsonObject) : [];
  const counts = new Map<string, number>();
  return layers.flatMap((layer) => {
    const { class_name: className, config: own } = layer;
    if (typeof className !== "string" || !isJsonObject(own)) {
      throw new HeddleError({
        who,
        expected: "layers with class_name and config",
        received: JSON.stringify(layer).slice(0, 60),
        next: "The file is damaged: get it again.",
      });
    }
    // A chain does not count its input among its layers, and operations on values are no layers.
    if ((className === "InputLayer" && kind === "Sequential") || isOperation(layer)) return [];
    const base = snakeCase(className);
    const number = counts.get(base) ?? 0;
    counts.set(base, number + 1);
    const group = `${around.group}layers/${base}${number === 0 ? "" : `_${number}`}`;
    const path = `${around.path}${textIn(own, "name") ?? ""}`;
    if (isModel(className)) return layersWithin(who, layer, { path: `${path}/`, group: `${group}/` });
    return [{ path, group, className, config: own }];
  });
}

/** Whether a layer of a model is a model itself. */
export function isModel(className: Json | undefined): boolean {
  return className === "Sequential" || className === "Functional" || className === "Model";
}
