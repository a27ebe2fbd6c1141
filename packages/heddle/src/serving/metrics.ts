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

  /** The series of what is counted for every request: looked up once, because that takes longer than to count. */
  private readonly ofRequest = new Made<{ readonly requests: Amount; readonly latency: Buckets }>();
  private readonly ofBatch = new Made<
    { readonly images: Amount } & Readonly<Record<"sizes" | "computed" | "waited", Buckets>>
  >();

  /** @param queues how many images wait for each version, when they are asked for */
  constructor(
    private readonly queues: () => Iterable<{
      readonly name: string;
      readonly version: string;
      readonly waiting: number;
    }>,
  ) {}

  request({ protocol, model, version, status, seconds }: RequestReport): void {
    const { requests, latency } = this.ofRequest.at(`${protocol}\0${model}\0${version}\0${status}`, () => ({
      requests: this.requests.at({ protocol, model, version, status: String(status) }),
      latency: this.latency.at({ protocol, model, version }),
    }));
    requests.value++;
    latency.observe(seconds);
  }

  batch(model: string, version: string, { images, seconds, waitedSeconds }: BatchReport): void {
    const of = this.ofBatch.at(`${model}\0${version}`, () => {
      const labels = { model, version };
      return {
        images: this.images.at(labels),
        sizes: this.sizes.at(labels),
        computed: this.computed.at(labels),
        waited: this.waited.at(labels),
      };
    });
    of.images.value += images;
    of.sizes.observe(images);
    of.computed.observe(seconds);
    for (const waited of waitedSeconds) of.waited.observe(waited);
  }

  reload(model: string, version: string, succeeded: boolean): void {
    this.reloads.at({ model, version, result: succeeded ? "replaced" : "failed" }).value++;
  }

  /** The text that Prometheus collects. */
  text(): string {
    const queue = new Gauge("heddle_queue_images", "Images that wait.");
    for (const { name, version, waiting } of this.queues())
      queue.at({ model: name, version }).value = waiting;
    const memory = new Gauge("process_resident_memory_bytes", "Resident memory in bytes.");
    memory.at({}).value = process.memoryUsage.rss();
    const started = new Gauge("process_start_time_seconds", "When the process started, since 1970.");
    started.at({}).value = performance.timeOrigin / 1000;
    const { requests, latency, waited, computed, sizes, images, reloads } = this;
    return [requests, latency, queue, waited, computed, sizes, images, reloads, memory, started]
      .map((metric) => metric.text())
      .join("");
  }
}

/** Values that are made when they are first asked for. */
class Made<Value> extends Map<string, Value> {
  at(key: string, make: () => Value): Value {
    let value = this.get(key);
    if (value === undefined) {
      value = make();
      this.set(key, value);
    }
    return value;
  }
}

/** A number that is counted or set. */
interface Amount {
  value: number;
}

/** Numbers by their labels. */
class Series {
  private readonly amounts = new Made<Amount>();

  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly type: "counter" | "gauge",
  ) {}

  at(labels: Labels): Amount {
    return this.amounts.at(textOf(labels), () => ({ value: 0 }));
  }

  text(): string {
    const lines = [...this.amounts].map(([labels, { value }]) => `${this.name}${braced(labels)} ${value}\n`);
    return heading(this.name, this.help, this.type) + lines.join("");
  }
}

class Counter extends Series {
  constructor(name: string, help: string) {
    super(name, help, "counter");
  }
}

class Gauge extends Series {
  constructor(name: string, help: string) {
    super(name, help, "gauge");
  }
}

/** How often values fell between bounds. */
class Buckets {
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = new Array(bounds.length).fill(0);
  }

  observe(value: number): void {
    this.sum += value;
    this.count++;
    const bucket = this.bounds.findIndex((bound) => value <= bound);
    if (bucket >= 0) this.counts[bucket]!++;
  }
}

class Histogram {
  private readonly series = new Made<Buckets>();

  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly bounds: readonly number[],
  ) {}

  at(labels: Labels): Buckets {
    return this.series.at(textOf(labels), () => new Buckets(this.bounds));
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
