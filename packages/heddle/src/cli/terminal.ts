import { formatDuration } from "@heddle/core/internal/base/format.js";
import pc from "picocolors";
import type { Output, Shell } from "./shell.js";
import { saysAscii, toAscii, visibleLength, withoutControls, wrapped } from "./terminal-text.js";

/** On a narrower terminal nothing can be laid out: lines are left to it. */
const NARROWEST = 20;

/** How often the line of work that cannot be counted changes. */
const TICK_MS = 1000;

/** How a line stands out where the terminal shows colours. */
export type Emphasis = "bold" | "notice" | "alarm";

/**
 * Where the command line writes. Results and progress are for people and go to standard output; with `--json`
 * standard output holds the JSON alone, and people's text goes to standard error. `--quiet` keeps warnings and results.
 */
export class Terminal {
  private readonly stream: Output;
  private liveLine = false;
  private ticking: NodeJS.Timeout | undefined;
  private work: { readonly text: string; readonly started: number } | undefined;

  constructor(
    private readonly shell: Shell,
    private readonly options: {
      readonly json?: boolean | undefined;
      readonly quiet?: boolean | undefined;
    } = {},
  ) {
    this.stream = options.json ? shell.stderr : shell.stdout;
  }

  /** True when a line can be rewritten in place. */
  get live(): boolean {
    return canRewrite(this.stream) && !this.options.quiet;
  }

  get columns(): number {
    return columnsOf(this.stream);
  }

  /** How wide a table may be: as wide as the terminal or as `COLUMNS` says; in files and pipes without limit otherwise. */
  get tableColumns(): number {
    if (this.shell.stdout.isTTY) return this.columns;
    const columns = Number(process.env["COLUMNS"]);
    return Number.isSafeInteger(columns) && columns > 0 ? columns : Number.POSITIVE_INFINITY;
  }

  /** A line of progress. */
  info(text = ""): void {
    if (!this.options.quiet) this.line(text);
  }

  /** A line that `--quiet` does not silence, unless the same is printed as JSON. */
  result(text: string, emphasis?: Emphasis): void {
    if (!(this.options.json && this.options.quiet)) this.line(text, emphasis);
  }

  /** A text in which options are named as code, with their flags. */
  inFlags(text: string): string {
    return this.shell.inFlags(text);
  }

  /** A line that must not be missed; options that it names as code are shown as flags. */
  warn(text: string): void {
    const { work } = this;
    this.clear();
    const { stderr } = this.shell;
    const label = "warning:";
    const lines = fitted(stderr, `${label} ${this.inFlags(text)}`);
    stderr.write(`${colorsOf(stderr).yellow(label)}${lines.slice(label.length)}\n`);
    // What goes on does not end with a warning.
    if (work) this.tick(work);
  }

  /** The answer for programs: one line of JSON, the last on standard output. */
  json(value: unknown): void {
    if (this.options.json) this.shell.stdout.write(`${jsonLine(value)}\n`);
  }

  /** Rewrites the last line, cut to the terminal's width because only one line can be rewritten; does nothing unless `live`. */
  rewrite(text: string): void {
    if (!this.live) return;
    this.endWork();
    this.rewriteNow(text);
  }

  private rewriteNow(text: string): void {
    this.stream.write(`\r\x1b[K${cut(shown(text), this.columns - 1)}`);
    this.liveLine = true;
  }

  /** Names the work that is going on in a line that counts its seconds, until something else is written, except warnings. */
  working(text: string): void {
    if (!this.live) return;
    this.clear();
    this.tick({ text, started: performance.now() });
  }

  /** Names work while it is done. */
  async during<Result>(text: string, work: () => Promise<Result>): Promise<Result> {
    this.working(text);
    try {
      return await work();
    } finally {
      this.clear();
    }
  }

  private tick(work: { readonly text: string; readonly started: number }): void {
    const show = () => {
      const seconds = (performance.now() - work.started) / 1000;
      this.rewriteNow(seconds < 1 ? `${work.text} …` : `${work.text} … ${formatDuration(seconds)}`);
    };
    show();
    this.work = work;
    // Never what keeps the process alive.
    this.ticking = setInterval(show, TICK_MS).unref();
  }

  private endWork(): void {
    clearInterval(this.ticking);
    this.work = undefined;
  }

  /** Stops work on a signal, and says so at once. */
  announceStop(text: string): void {
    this.clear();
    this.shell.stderr.write(`${text}\n`);
  }

  /** Removes the rewritten line. */
  clear(): void {
    this.endWork();
    if (this.liveLine) this.stream.write("\r\x1b[K");
    this.liveLine = false;
  }

  private line(text: string, emphasis?: Emphasis): void {
    this.clear();
    const lines = fitted(this.stream, text);
    this.stream.write(`${emphasis === undefined ? lines : emphasized(this.stream, lines, emphasis)}\n`);
  }
}

/** Colours are set on a finished text: those that are within a text come from a stranger, and are removed. */
function emphasized(stream: Output, text: string, emphasis: Emphasis): string {
  const { bold, yellow, red } = colorsOf(stream);
  if (emphasis === "bold") return bold(text);
  return bold(emphasis === "notice" ? yellow(text) : red(text));
}

/**
 * A text as a stream can show it: without what would steer or colour the terminal, in ASCII where the locale has no UTF-8,
 * and broken between words where a terminal is narrower. Files and pipes get lines as they are.
 */
export function fitted(stream: Output, text: string): string {
  const columns = stream.isTTY ? columnsOf(stream) : 0;
  return columns >= NARROWEST ? wrapped(shown(text), columns) : shown(text);
}

/** A text as the terminal can show it. */
export function shown(text: string): string {
  const safe = withoutControls(text);
  return saysAscii(process.env) ? toAscii(safe) : safe;
}

/** JSON can escape what is not ASCII without changing its meaning. */
function jsonLine(value: unknown): string {
  const text = JSON.stringify(value);
  if (!saysAscii(process.env)) return text;
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function cut(text: string, columns: number): string {
  return visibleLength(text) <= columns ? text : text.slice(0, Math.max(0, columns));
}

function columnsOf(stream: Output): number {
  // Some pseudo-terminals report 0; people then set COLUMNS.
  return stream.columns || Number(process.env["COLUMNS"]) || 80;
}

function canRewrite(stream: Output): boolean {
  return stream.isTTY === true && process.env["TERM"] !== "dumb";
}

/** Files and pipes get no escape codes, whatever the environment says; terminals obey https://no-color.org. */
function colorsOf(stream: Output) {
  return pc.createColors(canRewrite(stream) && !process.env["NO_COLOR"]);
}
