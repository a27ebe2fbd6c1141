import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { staysNarrow } from "@heddle/core/internal/engine/wide.js";
import type { Verdict } from "@heddle/core/internal/sweep/sweep.js";
import type { Died, Trainer } from "./crew.js";
import type { FromWorker, ToWorker, TrialEnd, TrialTask, WorkerSetup } from "./messages.js";

const PROGRAM = fileURLToPath(new URL("./worker.js", import.meta.url));

/** One of the processes of a sweep, as the coordinator sees it. */
export class WorkerProcess implements Trainer {
  private hear: (message: FromWorker | Died) => void = () => {};

  private constructor(private readonly child: ChildProcess) {
    child.on("message", (message: FromWorker) => this.hear(message));
    child.on("exit", (code, signal) => {
      this.hear({ kind: "died", how: signal === null ? `exit code ${code}` : `signal ${signal}` });
    });
    // What cannot be sent was for a process that has just ended: its `exit` says so.
    child.on("error", () => {});
  }

  /**
   * Starts a process, and waits until it has read the data.
   *
   * @throws HeddleError when it cannot read it, or ends
   */
  static async start(setup: WorkerSetup): Promise<WorkerProcess> {
    // Its warnings are those that the coordinator has printed.
    const env = staysNarrow() ? { ...process.env, HEDDLE_WIDE: "0" } : process.env;
    // A loss may be NaN, which JSON does not have.
    const child = fork(PROGRAM, {
      env,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
    });
    const worker = new WorkerProcess(child);
    const answer = worker.next();
    worker.send({ kind: "setup", setup });
    const message = await answer;
    if (message.kind === "ready") return worker;
    worker.end();
    const received =
      message.kind === "refused" ? message.message : message.kind === "died" ? message.how : "";
    if (message.kind === "refused") throw new HeddleError(received);
    throw new HeddleError({
      who: "A process of the sweep",
      expected: "to read the data",
      received,
      next: "Use fewer `workers` if memory is short.",
    });
  }

  /**
   * Trains a trial.
   *
   * @param onReport called with the objective after each epoch; the training waits for its answer
   */
  async train(
    task: TrialTask,
    onReport: (epoch: number, value: number) => Promise<Verdict>,
  ): Promise<TrialEnd | Died> {
    let answer = this.next();
    this.send({ kind: "train", task });
    for (;;) {
      const message = await answer;
      if (message.kind === "died") return message;
      if (message.kind === "end") return message.end;
      if (message.kind !== "report") throw new Error(`A process of the sweep sent ${message.kind}.`);
      const verdict = await onReport(message.epoch, message.value);
      answer = this.next();
      this.send({ kind: "verdict", verdict });
    }
  }

  /** Asks for an end at the next clean point: a training then ends as interrupted. */
  stop(): void {
    this.send({ kind: "stop" });
  }

  /** Ends the process at once. */
  end(): void {
    this.child.kill("SIGKILL");
  }

  private next(): Promise<FromWorker | Died> {
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null) {
      return Promise.resolve({
        kind: "died",
        how: signalCode ? `signal ${signalCode}` : `exit code ${exitCode}`,
      });
    }
    return new Promise((resolve) => {
      this.hear = resolve;
    });
  }

  private send(message: ToWorker): void {
    if (this.child.connected) this.child.send(message);
  }
}
