import { RECIPES, type Settings } from "../worker/protocol";
import { parseModelText } from "./model-text";
import { route } from "./route.svelte";

/** What the address sets a training to. */
export function addressSettings(): Settings {
  return {
    recipe: RECIPES.find((name) => name === route.params.get("recipe")),
    model: parseModelText(route.params.get("model")),
    epochs: route.number("epochs") || undefined,
    limit: route.number("limit") || undefined,
    seed: route.number("seed"),
    threads: route.number("threads") || undefined,
  };
}
