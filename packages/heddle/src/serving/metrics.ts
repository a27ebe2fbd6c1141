import type { BatchReport } from "./batcher.js";

/** Bounds of the buckets of times, in seconds. */
const TIME_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Bounds of the buckets of batch sizes, in images. */
const SIZE_BOUNDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** The names and values that tell the series of a metric apart. */
type Labels = Readonly<Record<string, string>>;

/** What a request was. */
export interface RequestReport {
  readonly protocol: string;
  readonly model: string;
  readonly version: string;
  readonly status: number;
  readonly seconds: number;
}

/** Counts and times of a server, as Prometheus reads them (text format 0.0.4). */
export class Metrics {
  private readonly requests = new Counter("heddle_requests_total", "Requests that were answered.");
  private readonly images = new Counter("heddle_images_total", "Images that were computed.");
  private readonly latency = new Histogram(
    "heddle_request_duration_seconds",
    "From the head of a request to the end of its answer.",
    TIME_BOUNDS,
  );
  private readonly waited = new Histogram(
    "heddle_queue_duration_seconds",
    "How long a request waited until it was computed.",
    TIME_BOUNDS,
  );
  private readonly computed = new Histogram(
    "heddle_batch_duration_seconds",
    "How long a batch was computed.",
    TIME_BOUNDS,
  );
  private readonly sizes = new Histogram("heddle_batch_images", "Images of a batch.", SIZE_BOUNDS);
  private readonly reloads = new Counter(
    "heddle_reloads_total",
    "Versions that were replaced by newer files.",
  );

  /** @param queues how many images wait for each version, when they are asked for */
  constructor(
    private readonly queues: () => Iterable<{
      readonly name: string;
      readonly version: string;
      readonly waiting: number;
    }>,
  ) {}

  request({ protocol, model, version, status, seconds }: RequestReport): void {
    this.requests.add({ protocol, model, version, status: String(status) });
    this.latency.observe({ protocol, model, version }, seconds);
  }

  batch(model: string, version: string, { images, seconds, waitedSeconds }: BatchReport): void {
    const labels = { model, version };
    this.images.add(labels, images);
    this.sizes.observe(labels, images);
    this.computed.observe(labels, seconds);
    this.waited.observe(labels, ...waitedSeconds);
  }

  reload(model: string, version: string, succeeded: boolean): void {
    this.reloads.add({ model, version, result: succeeded ? "replaced" : "failed" });
  }

  /** The text that Prometheus collects. */
  text(): string {
    const queue = new Gauge("heddle_queue_images", "Images that wait.");
    for (const { name, version, waiting } of this.queues()) queue.set({ model: name, version }, waiting);
    const memory = new Gauge("process_resident_memory_bytes", "Resident memory in bytes.");
    memory.set({}, process.memoryUsage.rss());
    const started = new Gauge("process_start_time_seconds", "When the process started, since 1970.");
    started.set({}, performance.timeOrigin / 1000);
    const { requests, latency, waited, computed, sizes, images, reloads } = this;
    return [requests, latency, queue, waited, computed, sizes, images, reloads, memory, started]
      .map((metric) => metric.text())
      .join("");
  }
}

/** The texts of labels: they are written once, and looked up by their values for every request. */
class LabelTexts {
  private readonly texts = new Map<string, string>();

  of(labels: Labels): string {
    const values = Object.values(labels).join("\0");
    let text = this.texts.get(values);
    if (text === undefined) {
      text = textOf(labels);
      this.texts.set(values, text);
    }
    return text;
  }
}

/** Numbers by their labels. */
class Series {
  protected readonly values = new Map<string, number>();
  protected readonly texts = new LabelTexts();

  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly type: "counter" | "gauge",
  ) {}

  text(): string {
    const lines = [...this.values].map(([labels, value]) => `${this.name}${braced(labels)} ${value}\n`);
    return heading(this.name, this.help, this.type) + lines.join("");
  }
}

class Counter extends Series {
  constructor(name: string, help: string) {
    super(name, help, "counter");
  }

  add(labels: Labels, amount = 1): void {
    const key = this.texts.of(labels);
    this.values.set(key, (this.values.get(key) ?? 0) + amount);
  }
}

class Gauge extends Series {
  constructor(name: string, help: string) {
    super(name, help, "gauge");
  }

  set(labels: Labels, value: number): void {
    this.values.set(this.texts.of(labels), value);
  }
}

class Histogram {
  private readonly series = new Map<string, { counts: number[]; sum: number; count: number }>();
  private readonly texts = new LabelTexts();

  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly bounds: readonly number[],
  ) {}

  observe(labels: Labels, ...values: readonly number[]): void {
    const key = this.texts.of(labels);
    let own = this.series.get(key);
    if (!own) {
      own = { counts: new Array(this.bounds.length).fill(0), sum: 0, count: 0 };
      this.series.set(key, own);
    }
    for (const value of values) {
      own.sum += value;
      own.count++;
      const bucket = this.bounds.findIndex((bound) => value <= bound);
      if (bucket >= 0) own.counts[bucket]!++;
    }
  }

  text(): string {
    const { name, bounds } = this;
    const lines = [...this.series].map(([labels, { counts, sum, count }]) => {
      const comma = labels === "" ? "" : ",";
      let below = 0;
      const buckets = bounds.map((bound, at) => {
        below += counts[at]!;
        return `${name}_bucket{${labels}${comma}le="${bound}"} ${below}\n`;
      });
      return `${buckets.join("")}${name}_bucket{${labels}${comma}le="+Inf"} ${count}
${name}_sum${braced(labels)} ${sum}
${name}_count${braced(labels)} ${count}
`;
    });
    return heading(name, this.help, "histogram") + lines.join("");
  }
}

function heading(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function textOf(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`)
    .join(",");
}

function braced(labels: string): string {
  return labels === "" ? "" : `{${labels}}`;
}
