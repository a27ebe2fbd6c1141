// A page in headless Chromium that a test drives, over its debugging pipe: with the page's own Content-Security-Policy.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { chromium } from "../tools/reproducibility/in-chromium.mjs";

/** What Chromium answers, or tells on its own. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly entry?: { readonly text: string } };
  // Each command has its own answer.
  readonly result?: Record<string, never>;
  readonly error?: { readonly message: string };
}

/** A page that a test drives. */
export class DrivenPage {
  /** What the browser put on the console, such as what a policy forbade. */
  readonly complaints: string[] = [];
  private readonly waiting = new Map<number, (message: Message) => void>();
  private session: string | undefined;
  private next = 1;

  private constructor(
    private readonly browser: ChildProcess,
    private readonly profile: string,
  ) {
    let unread = "";
    (browser.stdio[4] as Readable).setEncoding("utf8").on("data", (text: string) => {
      const messages = (unread + text).split("\0");
      unread = messages.pop()!;
      for (const message of messages) this.receive(JSON.parse(message));
    });
  }

  /** Opens an address in a window of this size. */
  static async open(
    url: string,
    size: { readonly width: number; readonly height: number },
  ): Promise<DrivenPage> {
    const profile = mkdtempSync(join(tmpdir(), "heddle-browser-"));
    const words = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      `--user-data-dir=${profile}`,
    ];
    const browser = spawn(chromium!, [...words, "--remote-debugging-pipe", "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
      detached: true,
    });
    const page = new DrivenPage(browser, profile);
    const { targetId } = await page.send("Target.createTarget", { url: "about:blank" });
    page.session = (await page.send("Target.attachToTarget", { targetId, flatten: true }))["sessionId"];
    await page.send("Log.enable", {});
    await page.send("Emulation.setDeviceMetricsOverride", { ...size, deviceScaleFactor: 1, mobile: true });
    await page.send("Page.navigate", { url });
    await page.run(
      "new Promise((r) => document.readyState === 'complete' ? r() : addEventListener('load', r))",
    );
    return page;
  }

  /** Runs a script in the page; what it returns is JSON. */
  async run<Result>(expression: string): Promise<Result> {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", options);
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as unknown as { value: Result }).value;
  }

  /** Calls one of the debugger's commands. */
  async send(method: string, params: object): Promise<Record<string, never>> {
    const id = this.next++;
    const answer = new Promise<Message>((resolve) => this.waiting.set(id, resolve));
    const sessionId = this.session === undefined ? {} : { sessionId: this.session };
    (this.browser.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...sessionId })}\0`);
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result!;
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.browser.once("exit", resolve));
    if (this.browser.exitCode === null) process.kill(-this.browser.pid!, "SIGKILL");
    await gone;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  private receive(message: Message): void {
    if (message.id !== undefined) this.waiting.get(message.id)?.(message);
    if (message.method === "Log.entryAdded") this.complaints.push(message.params!.entry!.text);
  }
}
