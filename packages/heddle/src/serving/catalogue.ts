import { Batcher, type BatchLimits, type BatchReport } from "./batcher.js";
import { Refusal } from "./refusal.js";
import type { ServedModel } from "./served-model.js";

/** One version of a model, which is served until another one takes its place. */
export class Version {
  readonly batcher: Batcher;
  private users = 0;
  private isRetired = false;

  constructor(
    readonly name: string,
    readonly version: string,
    readonly model: ServedModel,
    limits: BatchLimits,
    onBatch?: (report: BatchReport) => void,
  ) {
    const { atOnce } = model;
    this.batcher = new Batcher((images, count) => model.run(images, count), limits, onBatch, atOnce);
  }

  /** Does the work of a request, which keeps the model open until it has ended. */
  async use<Result>(work: () => Promise<Result>): Promise<Result> {
    this.users++;
    try {
      return await work();
    } finally {
      this.users--;
      this.closeIfUnused();
    }
  }

  /** Closes the model as soon as no request uses it. */
  retire(): void {
    this.isRetired = true;
    this.closeIfUnused();
  }

  private closeIfUnused(): void {
    // A request whose client has gone ends before its batch does.
    if (this.isRetired && this.users === 0) void this.batcher.idle().then(() => this.model.close());
  }
}

/** A name for a version, and its share of the requests that name none. */
export interface Label {
  readonly label: string;
  readonly version: string;
  /** Relative to those of the other labels; 0 for a label that is only asked by its name. */
  readonly weight: number;
}

/** A model's versions. */
export class VersionGroup {
  readonly versions = new Map<string, Version>();
  private readonly credits = new Map<string, number>();

  constructor(
    readonly name: string,
    readonly labels: readonly Label[],
  ) {}

  /** The version that a request asks for. */
  find(version: string | undefined, label: string | undefined): Version {
    const wanted = label === undefined ? version : this.versionOf(label);
    if (wanted === undefined) return this.next();
    const found = this.versions.get(wanted);
    if (found) return found;
    throw notFound(`Model "${this.name}"`, `one of its versions, ${this.list()}`, `version "${wanted}"`);
  }

  /** The version for a request that names none: by the labels' weights, otherwise the latest. */
  private next(): Version {
    const weighted = this.labels.filter(({ weight }) => weight > 0);
    if (weighted.length === 0) return [...this.versions.values()].at(-1)!;
    // Whoever has waited longest for its share: exact shares, in an even mixture, and the same one every time.
    let best: Label | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const one of weighted) {
      const credit = (this.credits.get(one.label) ?? 0) + one.weight;
      this.credits.set(one.label, credit);
      if (credit > most) [best, most] = [one, credit];
    }
    const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
    this.credits.set(best!.label, most - total);
    return this.versions.get(best!.version)!;
  }

  private versionOf(label: string): string {
    const found = this.labels.find((one) => one.label === label);
    if (found) return found.version;
    const labels = this.labels.map((one) => `"${one.label}"`).join(", ") || "none";
    throw notFound(`Model "${this.name}"`, `one of its labels, ${labels}`, `label "${label}"`);
  }

  private list(): string {
    return [...this.versions.keys()].map((one) => `"${one}"`).join(", ");
  }
}

/** The models that a server serves. */
export class Catalogue {
  readonly groups = new Map<string, VersionGroup>();

  /** Serves a model; one that had this name and version answers what it has received, and is closed then. */
  put(version: Version, labels: readonly Label[] = []): void {
    let group = this.groups.get(version.name);
    if (!group) {
      group = new VersionGroup(version.name, labels);
      this.groups.set(version.name, group);
    }
    const before = group.versions.get(version.version);
    group.versions.set(version.version, version);
    before?.retire();
  }

  /** @throws Refusal 404 for an unknown model */
  group(name: string): VersionGroup {
    const group = this.groups.get(name);
    if (group) return group;
    const names = [...this.groups.keys()].map((one) => `"${one}"`).join(", ");
    throw notFound("Server", `one of its models, ${names}`, `"${name}"`);
  }

  /**
   * @param name may be omitted where there is one model only
   * @throws Refusal 404 for an unknown model, version or label, 400 without a name that is needed
   */
  find(name: string | undefined, version?: string, label?: string): Version {
    if (name !== undefined) return this.group(name).find(version, label);
    const [only, ...others] = this.groups.values();
    if (only && others.length === 0) return only.find(version, label);
    const names = [...this.groups.keys()].join(", ");
    throw new Refusal(400, {
      who: "Request",
      expected: `the name of a model (${names})`,
      received: "none",
      next: "Add ?model=NAME to the address.",
    });
  }

  all(): readonly Version[] {
    return [...this.groups.values()].flatMap((group) => [...group.versions.values()]);
  }

  /** Closes every model when its requests have been answered. */
  async close(): Promise<void> {
    for (const version of this.all()) version.retire();
    await Promise.all(this.all().map(({ batcher }) => batcher.idle()));
  }
}

function notFound(who: string, expected: string, received: string): Refusal {
  return new Refusal(404, { who, expected, received, next: "GET /v1/models lists all of them." });
}
