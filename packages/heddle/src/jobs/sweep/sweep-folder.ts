import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { hasFile, makeFolder, readTextFile, writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import { isJsonObject, type JsonObject, parseJson } from "@heddle/core/internal/base/json.js";
import { readRecipe, recipeOf } from "@heddle/core/internal/recipes/recipe.js";
import { type ResolvedSettings, resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { JsonFields } from "@heddle/core/internal/records/json-fields.js";
import type { SweepCode } from "./sweep-module.js";

/** The folder of all sweeps, below the working folder, unless another one is named. */
export const DEFAULT_SWEEPS_FOLDER = "sweeps";

const FORMAT_VERSION = 1;
const REQUEST = "sweep.json";
const WINNERS = "winners.json";
const QUEUE = "queue.json";

/** What a sweep tries and on what: `sweep.json` in its folder, with which it is resumed. */
export interface SweepRequest {
  /** What started it, for people to read and repeat. */
  readonly command: string;
  /** The sweep's file. */
  readonly definition: JsonObject;
  /** What every trial is trained with, apart from its own values. */
  readonly settings: ResolvedSettings;
  /** How many seeds a trial is trained with: its objective is their mean. */
  readonly seeds: number;
  readonly offline: boolean;
  /** Whether the weights and the history of each complete training are kept. */
  readonly keep: boolean;
  /** The module of its definition. */
  readonly code: Pick<SweepCode, "path" | "sha256"> | undefined;
  /** Of the data: SHA-256. */
  readonly fingerprint: string;
  /** The version of Heddle that began it. */
  readonly heddle: string;
}

/** A trial that was trained as a run and measured on the test images. */
export interface Winner {
  readonly trial: number;
  /** Its objective. */
  readonly value: number;
  /** The folder of its run. */
  readonly run: string;
  readonly testAccuracy: number;
}

/**
 * A sweep's folder:
 *
 *     sweep.json  journal.log  winners.json  best.json  report.html
 *     queue.json  its name in a queue, if it has been in one
 *     trials/00012/seed-42/  the checkpoint of a training that is not complete
 *     trainings/00012-seed-42.safetensors .json  what is kept of one that is, if the request says so
 */
export class SweepFolder {
  private constructor(readonly path: string) {}

  /**
   * Makes a new folder.
   *
   * @throws HeddleError when there is something in it already
   */
  static async create(path: string, request: SweepRequest): Promise<SweepFolder> {
    checkPath("Folder of the sweep", path);
    await makeFolder(path);
    const [first] = await readdir(path);
    if (first !== undefined) {
      const isSweep = await hasFile(join(path, REQUEST));
      throw new HeddleError({
        who: `Folder ${path}`,
        expected: "a new or empty folder",
        received: isSweep ? "a sweep" : first,
        next: isSweep
          ? `Resume it with \`resume: ${JSON.stringify(path)}\`, or choose another folder.`
          : "Choose another folder.",
      });
    }
    const { settings, keep, ...rest } = request;
    const json = {
      formatVersion: FORMAT_VERSION,
      ...rest,
      ...(keep && { keep }),
      settings: recipeOf(settings),
    };
    await writeFileAtomic(join(path, REQUEST), `${JSON.stringify(json, null, 2)}\n`);
    return new SweepFolder(path);
  }

  /** @throws HeddleError when it is no sweep's, or its `sweep.json` is damaged */
  static async open(path: string): Promise<{ readonly folder: SweepFolder; readonly request: SweepRequest }> {
    const file = join(path, REQUEST);
    if (!(await hasFile(file))) {
      throw new HeddleError({
        who: `Sweep ${path}`,
        expected: `a folder with a ${REQUEST}`,
        received: "none",
        next: "Name the folder that the sweep printed when it began.",
      });
    }
    return { folder: new SweepFolder(path), request: parseRequest(file, await readTextFile(file)) };
  }

  get bestPath(): string {
    return join(this.path, "best.json");
  }

  get reportPath(): string {
    return join(this.path, "report.html");
  }

  /** The sweep's name in queues, which no other sweep has. */
  async queueId(): Promise<string> {
    const file = join(this.path, QUEUE);
    if (await hasFile(file)) {
      return JsonFields.read(file, await readTextFile(file), (fields) => fields.string("sweep"));
    }
    const sweep = randomUUID();
    await writeFileAtomic(file, `${JSON.stringify({ sweep }, null, 2)}\n`);
    return sweep;
  }

  /** The folder of a training's checkpoint. */
  trainingPath(trial: number, seed: number): string {
    return join(this.trialPath(trial), `seed-${seed}`);
  }

  /** Where a complete training is kept, without the endings of its files. */
  keptPath(trial: number, seed: number): string {
    return join(this.path, "trainings", `${String(trial).padStart(5, "0")}-seed-${seed}`);
  }

  private trialPath(trial: number): string {
    return join(this.path, "trials", String(trial).padStart(5, "0"));
  }

  /** Removes the checkpoints of a trial that has ended. */
  async removeTraining(trial: number): Promise<void> {
    await rm(this.trialPath(trial), { recursive: true, force: true });
  }

  /** Every look at the test images, oldest first. */
  async readWinners(): Promise<readonly Winner[]> {
    const file = join(this.path, WINNERS);
    if (!(await hasFile(file))) return [];
    return JsonFields.read(file, await readTextFile(file), (fields) =>
      fields.objects("winners").map((winner) => ({
        trial: winner.wholeNumber("trial"),
        value: winner.number("value"),
        run: winner.string("run"),
        testAccuracy: winner.number("testAccuracy"),
      })),
    );
  }

  async writeWinners(winners: readonly Winner[]): Promise<void> {
    await writeFileAtomic(join(this.path, WINNERS), `${JSON.stringify({ winners }, null, 2)}\n`);
  }
}

function parseRequest(file: string, text: string): SweepRequest {
  const json = parseJson(file, text);
  const settings = isJsonObject(json) && isJsonObject(json["settings"]) ? json["settings"] : {};
  return JsonFields.read(file, text, (fields) => {
    fields.wholeNumber("formatVersion", FORMAT_VERSION, FORMAT_VERSION);
    fields.object("settings").json();
    const code = fields.optional("code")?.object("code");
    return {
      command: fields.string("command"),
      definition: fields.object("definition").json(),
      settings: resolveSettings(readRecipe(`${file}, "settings"`, settings), {}),
      seeds: fields.wholeNumber("seeds", 1),
      offline: fields.boolean("offline"),
      keep: fields.optional("keep")?.boolean("keep") ?? false,
      code: code && { path: code.string("path"), sha256: code.hex("sha256", 64) },
      fingerprint: fields.hex("fingerprint", 64),
      heddle: fields.string("heddle"),
    };
  });
}
