import { messageOf } from "@heddle/core/internal/base/errors.js";
import { fileError } from "@heddle/core/internal/base/files-node.js";
import { AnswerLog } from "../../serving/answer-log.js";
import type { BatchLimits, BatchReport } from "../../serving/batcher.js";
import { Catalogue, Version } from "../../serving/catalogue.js";
import { ModelServer, type ServerOptions } from "../../serving/server.js";
import { type LabelRequest, labelsByModel, modelRequests, nameOf, numbered } from "./name-models.js";
import { type OpenedServed, type OpenOptions, openServed } from "./open-served.js";
import { watchFiles } from "./watch-files.js";

/** The options of {@link runServer}. */
export interface ServeOptions
  extends OpenOptions,
    BatchLimits,
    Omit<ServerOptions, "answers" | "requestTimeoutMs" | "drainMs"> {
  /** What models without an own name are called: they are versions of one model. */
  readonly name?: string | undefined;
  readonly labels: readonly LabelRequest[];
  /** A file to which every answer is appended. */
  readonly record?: string | undefined;
  /** Ends the server when it fires. */
  readonly signal: AbortSignal;
  /** Called when requests are answered. */
  readonly onReady: (address: string, models: readonly ServedVersion[]) => void;
}

/** A version of a model that is served. */
export interface ServedVersion extends OpenedServed {
  readonly version: string;
}

/** How long a stop waits for answers, beyond the deadline of a request. */
const PATIENCE_MS = 5000;

/**
 * Serves models over HTTP until `signal` fires; then it answers what it has received. A version whose files change is
 * replaced by what they hold, and answers what it has received, too.
 *
 * @param sources runs or models: `RUN`, or `NAME=RUN`
 * @throws HeddleError when there is no such run or model, or the address cannot be used
 */
export async function runServer(sources: readonly string[], options: ServeOptions): Promise<void> {
  const { signal, timeoutMs, onReady } = options;
  const catalogue = new Catalogue();
  const ends: (() => Promise<void>)[] = [() => catalogue.close()];
  try {
    const models = await openAll(sources, options, ends);
    const labels = labelsByModel(options.labels, models);
    const answers = await openRecord(options.record, (message) => server.log("warn", {}, message));
    if (answers) ends.push(() => answers.close());
    const drainMs = timeoutMs + PATIENCE_MS;
    const server = await ModelServer.listen(catalogue, {
      ...options,
      ...{ answers, drainMs, requestTimeoutMs: timeoutMs },
    });
    ends.push(() => server.close());
    const put = ({ name, version, served }: ServedVersion) => {
      const onBatch = (report: BatchReport) => server.metrics.batch(name, version, report);
      catalogue.put(new Version(name, version, served, options, onBatch), labels.get(name));
    };
    for (const one of models) {
      put(one);
      ends.push(watchFiles(one.path, () => reload(one, options, { server, put })));
    }
    server.ready();
    onReady(server.address, models);
    await fired(signal);
  } finally {
    // Whatever was opened last is closed first.
    for (const end of ends.reverse()) await end();
  }
}

async function openAll(
  sources: readonly string[],
  options: ServeOptions,
  ends: (() => Promise<void>)[],
): Promise<readonly ServedVersion[]> {
  const opened: OpenedServed[] = [];
  for (const { name, source } of modelRequests(sources, options.name)) {
    const one = await openServed(source, options);
    opened.push({ ...one, name: name ?? nameOf(one.name) });
    // Closing twice does no harm: from when it is served on, the catalogue closes it.
    ends.unshift(async () => one.served.close());
  }
  return numbered(opened);
}

async function openRecord(path: string | undefined, warn: (message: string) => void) {
  if (path === undefined) return undefined;
  try {
    return await AnswerLog.open(path, (fault) => warn(`Answers are not kept any more: ${fault.message}`));
  } catch (thrown) {
    throw fileError(path, "a file that can be written", thrown);
  }
}

/** Replaces a version by what its files hold now; if that cannot be opened, it stays. */
async function reload(
  { name, version, path }: ServedVersion,
  options: ServeOptions,
  { server, put }: { readonly server: ModelServer; readonly put: (one: ServedVersion) => void },
): Promise<void> {
  try {
    const opened = await openServed(path, options);
    put({ ...opened, name, version });
    server.metrics.reload(name, version, true);
    server.log("info", { model: name, version, path }, "replaced by newer files");
  } catch (thrown) {
    server.metrics.reload(name, version, false);
    server.log("warn", { model: name, version, path, reason: messageOf(thrown) }, "newer files not used");
  }
}

function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
