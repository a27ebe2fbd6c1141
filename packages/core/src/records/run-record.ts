import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { type DatasetSource, dataForms, type FormOptions } from "../data/dataset.js";
import { type FormOption, formOptionNames, formOptionTable } from "../data/form-options.js";
import { type RunRecipe, readRunRecipe } from "../recipes/recipe.js";
import { JsonFields } from "./json-fields.js";
import { parseReading } from "./reading-record.js";

/** The machine that a run was made on. */
export interface Machine {
  /** `linux`, `darwin`, `win32`; `browser` for a page. */
  readonly platform: string;
  /** `x64`, `arm64`; `wasm` for a page. */
  readonly architecture: string;
  /** The processor's own name. */
  readonly cpu: string;
  /** Logical cores that this process may use. */
  readonly cores: number;
  /** Main memory; 0 where it is unknown. */
  readonly memoryBytes: number;
}

/** When checkpoints are written, and how many are kept. */
export interface CheckpointRule {
  /**
   * How often checkpoints are written within an epoch, in addition to those after every epoch.
   *
   * @defaultValue none
   */
  readonly every?: { readonly steps: number } | { readonly seconds: number } | undefined;
  /**
   * How many of the last checkpoints are kept; the best epoch's is kept in addition.
   *
   * @defaultValue 2
   */
  readonly keep?: number | undefined;
}

/** Raised by changes that an older reader would misread. Format 1 was never released. */
export const RUN_FORMAT_VERSION = 2;

/** A run's status: `running` also after a kill, `stopped` by Ctrl-C, `failed` by an error. */
export const runStatuses = ["running", "finished", "stopped", "failed"] as const;
export type RunStatus = (typeof runStatuses)[number];

/** The time in which one process worked on a run. */
export interface Stretch {
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601; absent while the process is working, and if it was killed. */
  readonly stoppedAt?: string;
  readonly threads: number;
  readonly node: string;
  /** Where it started: after this many whole epochs, and steps of the next one. */
  readonly from: { readonly epoch: number; readonly step: number };
}

/** A trained model that another one began from. */
export interface BaseRecord {
  /** The folder of its run or of the model, or the model's file, from the root on. */
  readonly path: string;
  /** The id of the run that trained it; absent for a model without a run. */
  readonly run?: string;
  readonly weightsSha256: string;
}

/** `run.json`: everything that is needed to understand a run, and to repeat it. */
export interface RunRecord {
  /** Version of this file's format. */
  readonly formatVersion: typeof RUN_FORMAT_VERSION;
  /** The name of its folder when it began. */
  readonly id: string;
  readonly status: RunStatus;
  /** The command that started it, quoted for a shell: `heddle study fashion-mnist --seed 42`. */
  readonly command: string;
  /** Every setting that it was trained with, defaults included. */
  readonly recipe: RunRecipe;
  /** The model before training, in Keras's JSON: what the settings gave for this data. */
  readonly model: JsonObject;
  /** The trained model that it was fine-tuned from; absent if it began from scratch. */
  readonly from?: BaseRecord & {
    /** Of the weights that it began with, the new layer's included: `first-weights.safetensors`. */
    readonly firstWeightsSha256: string;
  };
  /** When checkpoints are written and how many are kept; absent if the defaults apply. */
  readonly checkpoints?: CheckpointRule;
  readonly versions: { readonly heddle: string; readonly node: string };
  readonly machine: Machine;
  readonly dataset: {
    /** Short name: `fashion-mnist`. */
    readonly name: string;
    /** Name for titles: `Fashion-MNIST`. */
    readonly title: string;
    /** Display name of each class, in the order of the labels. */
    readonly classNames: readonly string[];
    /** Where it came from, with the checksums of its files. */
    readonly source: DatasetSource;
    /** Images in an epoch, not counting those held out for validation. */
    readonly trainImages: number;
    /** SHA-256 of the test images and labels, which identifies the set wherever it is. */
    readonly testSha256: string;
    /** Set when the data stands in for other data: which, and why. */
    readonly standInFor?: { readonly title: string; readonly reason: string };
  };
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601; absent while the run is in progress. */
  readonly finishedAt?: string;
  /** Wall time of each stage in seconds: `{ data: 0.4, training: 61.2 }`. */
  readonly timeSeconds: Readonly<Record<string, number>>;
  /** SHA-256 of the final weights in hexadecimal; absent until they are final. */
  readonly weightsSha256?: string;
  /** What went wrong; present only if the run failed. */
  readonly failure?: string;
  /** One for each process that worked on the run: several if it was resumed, none before its training began. */
  readonly stretches: readonly Stretch[];
}

/**
 * Reads `run.json`.
 *
 * @param file the file's path, for the errors
 * @throws HeddleError that names the file and the first field that is wrong
 */
export function parseRunRecord(file: string, text: string): RunRecord {
  return JsonFields.read(file, text, (run) => runRecordOf(file, run));
}

/** The machine in a record. */
export function parseMachine(machine: JsonFields): Machine {
  return {
    platform: machine.string("platform"),
    architecture: machine.string("architecture"),
    cpu: machine.string("cpu"),
    cores: machine.wholeNumber("cores", 1),
    memoryBytes: machine.wholeNumber("memoryBytes"),
  };
}

function runRecordOf(file: string, run: JsonFields): RunRecord {
  checkVersion(file, run.wholeNumber("formatVersion", 1));
  const versions = run.object("versions");
  const dataset = run.object("dataset");
  const finishedAt = run.optional("finishedAt")?.time("finishedAt");
  const weightsSha256 = run.optional("weightsSha256")?.hex("weightsSha256", 64);
  const standIn = dataset.optional("standInFor")?.object("standInFor");
  const failure = run.optional("failure")?.string("failure");
  const checkpoints = run.optional("checkpoints")?.object("checkpoints");
  const from = run.optional("from")?.object("from");
  return {
    formatVersion: RUN_FORMAT_VERSION,
    id: run.string("id"),
    status: run.oneOf("status", runStatuses),
    command: run.string("command"),
    recipe: readRunRecipe(`${file}, "recipe"`, run.object("recipe").json()),
    model: run.object("model").json(),
    ...(from && { from: parseFrom(from) }),
    ...(checkpoints && { checkpoints: parseCheckpoints(checkpoints) }),
    versions: { heddle: versions.string("heddle"), node: versions.string("node") },
    machine: parseMachine(run.object("machine")),
    dataset: {
      name: dataset.string("name"),
      title: dataset.string("title"),
      classNames: dataset.strings("classNames"),
      source: parseSource(dataset.object("source")),
      trainImages: dataset.wholeNumber("trainImages", 1),
      testSha256: dataset.hex("testSha256", 64),
      ...(standIn && { standInFor: { title: standIn.string("title"), reason: standIn.string("reason") } }),
    },
    startedAt: run.time("startedAt"),
    ...(finishedAt !== undefined && { finishedAt }),
    timeSeconds: run.object("timeSeconds").numbers(),
    ...(weightsSha256 !== undefined && { weightsSha256 }),
    ...(failure !== undefined && { failure }),
    stretches: run.objects("stretches").map(parseStretch),
  };
}

function parseFrom(from: JsonFields): NonNullable<RunRecord["from"]> {
  const run = from.optional("run")?.string("run");
  return {
    path: from.string("path"),
    ...(run !== undefined && { run }),
    weightsSha256: from.hex("weightsSha256", 64),
    firstWeightsSha256: from.hex("firstWeightsSha256", 64),
  };
}

function parseCheckpoints(rule: JsonFields): CheckpointRule {
  const every = rule.optional("every")?.object("every");
  const keep = rule.optional("keep")?.wholeNumber("keep", 1);
  return {
    ...(every && { every: parseInterval(every) }),
    ...(keep !== undefined && { keep }),
  };
}

/** Of steps and seconds, exactly one: with steps, the other is an unknown key. */
function parseInterval(every: JsonFields): NonNullable<CheckpointRule["every"]> {
  return every.optional("steps")
    ? { steps: every.wholeNumber("steps", 1) }
    : { seconds: every.number("seconds", 0) };
}

function parseStretch(stretch: JsonFields): Stretch {
  const stoppedAt = stretch.optional("stoppedAt")?.time("stoppedAt");
  const from = stretch.object("from");
  return {
    startedAt: stretch.time("startedAt"),
    ...(stoppedAt !== undefined && { stoppedAt }),
    threads: stretch.wholeNumber("threads", 1),
    node: stretch.string("node"),
    from: { epoch: from.wholeNumber("epoch"), step: from.wholeNumber("step") },
  };
}

function checkVersion(file: string, version: number): void {
  if (version === RUN_FORMAT_VERSION) return;
  throw new HeddleError({
    who: file,
    expected: `a run of format ${RUN_FORMAT_VERSION}`,
    received: `format ${version}`,
    next:
      version < RUN_FORMAT_VERSION
        ? "It was written before the first release: train it again, or use the version of Heddle that wrote it."
        : "Use the version of Heddle that wrote it.",
  });
}

function parseSource(source: JsonFields): DatasetSource {
  const path = source.optional("path")?.string("path");
  const seed = source.optional("seed")?.wholeNumber("seed");
  const form = source.optional("form")?.oneOf("form", dataForms);
  const options = source.optional("options")?.object("options");
  const split = source.optional("split")?.object("split");
  const limit = source.optional("limit")?.wholeNumber("limit");
  const dropped = source.optional("dropped")?.object("dropped");
  const reading = source.optional("reading")?.object("reading");
  return {
    kind: source.oneOf("kind", ["files", "generated"]),
    ...(path !== undefined && { path }),
    ...(seed !== undefined && { seed }),
    ...(form !== undefined && { form }),
    ...(options && { options: parseFormOptions(options) }),
    ...(split && { split: { fraction: split.fraction("fraction"), seed: split.wholeNumber("seed") } }),
    ...(limit !== undefined && { limit }),
    ...(reading && { reading: parseReading(reading) }),
    ...(dropped && {
      dropped: {
        read: dropped.wholeNumber("read"),
        zeroed: dropped.wholeNumber("zeroed"),
        dropped: dropped.wholeNumber("dropped"),
        byReason: dropped.object("byReason").numbers(),
        byClass: dropped.object("byClass").numbers(),
      },
    }),
    files: source.objects("files").map((entry) => ({
      name: entry.string("name"),
      bytes: entry.wholeNumber("bytes"),
      sha256: entry.hex("sha256", 64),
    })),
  };
}

function parseFormOptions(options: JsonFields): FormOptions {
  return Object.fromEntries(
    formOptionNames.flatMap((name) => {
      const { expected, read }: FormOption<unknown> = formOptionTable[name];
      return options.optional(name) ? [[name, options.fitting(name, expected, read)]] : [];
    }),
  );
}
