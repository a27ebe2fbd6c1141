import { createWriteStream, type WriteStream } from "node:fs";
import type { Version } from "./catalogue.js";

/** What is kept of an answer. */
export interface Answer {
  readonly id: string;
  readonly version: Version;
  readonly outputs: Float32Array;
  readonly count: number;
}

/**
 * Appends answers to a file, a line of JSON for each image: when, which request, model, version and
 * weights, and the model's outputs.
 */
export class AnswerLog {
  private fault: Error | undefined;

  private constructor(private readonly file: WriteStream) {}

  /** @throws Error when the file cannot be opened */
  static async open(path: string, onFault: (fault: Error) => void): Promise<AnswerLog> {
    const file = createWriteStream(path, { flags: "a", mode: 0o600 });
    await new Promise((resolve, reject) => file.once("open", resolve).once("error", reject));
    const log = new AnswerLog(file);
    file.on("error", (fault) => {
      // A full disk stops the log, not the server.
      log.fault ??= fault;
      onFault(fault);
    });
    return log;
  }

  write({
    id,
    version: {
      name: model,
      version,
      model: { weightsSha256: weights },
    },
    outputs,
    count,
  }: Answer): void {
    if (this.fault) return;
    const time = new Date().toISOString();
    const size = outputs.length / count;
    for (let image = 0; image < count; image++) {
      const own = Array.from(outputs.subarray(image * size, (image + 1) * size));
      const line = { time, id, image, model, version, weights, outputs: own };
      this.file.write(`${JSON.stringify(line)}\n`);
    }
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.file.end(() => resolve()));
  }
}
