import { HeddleError } from "@heddle/core";
import { foreignKind } from "./foreign-files.js";

/** The files that Heddle's own folders have: they are no others' models. */
const OWN = ["config.json", "weights.safetensors"];
const RUN = "run.json";
/** Whole models by their names. */
const MODEL = /(^model\.json|(?<!\.weights)\.(h5|hdf5)|\.(keras|onnx|safetensors))$/i;
const SHARD = /_\d{5}\.weights\.h5$/i;

/**
 * The model of another program among the files of a folder, which may stand for it.
 *
 * @param folder names it in errors
 * @param names what is in it
 * @returns the name of the only one; undefined where there is none, and where the folder is Heddle's own
 * @throws HeddleError when there are several, or parts of one, or a model that Heddle does not read
 */
export function modelInFolder(folder: string, names: readonly string[]): string | undefined {
  if (names.includes(RUN) || OWN.every((name) => names.includes(name))) return undefined;
  const refuse = (received: string, next: string, expected = "a folder with one model") =>
    new HeddleError({ who: folder, expected, received, next });
  if (names.includes("config.json") && names.includes("model.weights.h5")) {
    const files = names.filter((name) => /^(config\.json|metadata\.json|model\.weights\.h5)$/.test(name));
    throw refuse(
      "an unpacked Keras archive",
      `Pack it: in the folder, zip -0 model.keras ${files.join(" ")}.`,
    );
  }
  if (
    names.includes("config.json") &&
    names.some((name) => /^(pytorch_)?model.*\.(safetensors|bin)$/.test(name))
  ) {
    throw refuse("a model of Hugging Face's transformers", "Export it as ONNX, with optimum in Python.");
  }
  const models = names.filter((name) => MODEL.test(name)).sort();
  if (models.length > 1) {
    const more = models.length > 8 ? ` and ${models.length - 8} more` : "";
    throw refuse(
      `${models.length}: ${models.slice(0, 8).join(", ")}${more}`,
      `Pass the file that you mean, such as ${folder.replace(/[\\/]+$/, "")}/${models[0]}.`,
    );
  }
  const [model] = models;
  if (model !== undefined) return model;
  throwPart(names, refuse);
  const foreign = names.map((name) => foreignKind(name)).find((kind) => kind !== undefined);
  if (foreign) throw refuse(foreign.title, foreign.next, "a folder with a model that Heddle reads");
  return undefined;
}

type Refuse = (received: string, next: string) => HeddleError;

/** Refuses folders with weights alone, or with a part of a model. */
function throwPart(names: readonly string[], refuse: Refuse): void {
  const index = names.find((name) => /\.weights\.json$/i.test(name));
  const weights = index ?? names.find((name) => /\.weights\.h5$/i.test(name) && !SHARD.test(name));
  if (weights !== undefined) {
    throw refuse(
      `weights alone, ${weights}`,
      "Set them in a model: heddle import of that file with `model`, or importWeights in code.",
    );
  }
  const shard = names.find((name) => SHARD.test(name));
  if (shard !== undefined) {
    const whole = shard.replace(SHARD, ".weights.json");
    throw refuse(`parts of weights without their index, ${whole}`, "Copy that file here too.");
  }
  if (names.some((name) => /^(group\d+-shard\d+of\d+|model\.weights)(\.bin)?$/.test(name))) {
    throw refuse("weights of TensorFlow.js without their model.json", "Copy that file here too.");
  }
}
