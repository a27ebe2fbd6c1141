import pc from "picocolors";

/**
 * Where the command line writes. Results and progress are for people and go to standard output; with `--json`
 * that is kept for the JSON, and people's text goes to standard error. `--quiet` leaves warnings and results.
 */
export class Terminal {
  private readonly stream: NodeJS.WriteStream;
  private liveLine = false;
  /** Emphasis for results; plain text where the stream shows none. */
  readonly colors: ReturnType<typeof colorsOf>;

  constructor(
    private readonly options: {
      readonly json?: boolean | undefined;
      readonly quiet?: boolean | undefined;
    } = {},
  ) {
    this.stream = options.json ? process.stderr : process.stdout;
    this.colors = colorsOf(this.stream);
  }

  /** True when a line can be rewritten in place. */
  get live(): boolean {
    return canRewrite(this.stream) && !this.options.quiet;
  }

  get columns(): number {
    // Some pseudo-terminals say 0.
    return this.stream.columns || 80;
  }

  /** A line of progress. */
  info(text = ""): void {
    if (!this.options.quiet) this.line(text);
  }

  /** A line that `--quiet` does not silence, unless the same comes as JSON. */
  result(text: string): void {
    if (!(this.options.json && this.options.quiet)) this.line(text);
  }

  /** A line that must not be missed. */
  warn(text: string): void {
    this.clear();
    process.stderr.write(`${colorsOf(process.stderr).yellow("warning:")} ${text}\n`);
  }

  /** The machine's answer: one line of JSON, the last on standard output. */
  json(value: unknown): void {
    if (this.options.json) process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** Rewrites the last line; only where `live`. */
  rewrite(text: string): void {
    if (!this.live) return;
    this.stream.write(`\r\x1b[K${text}`);
    this.liveLine = true;
  }

  /** Takes the rewritten line away. */
  clear(): void {
    if (this.liveLine) this.stream.write("\r\x1b[K");
    this.liveLine = false;
  }

  private line(text: string): void {
    this.clear();
    this.stream.write(`${text}\n`);
  }
}

function canRewrite(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && process.env["TERM"] !== "dumb";
}

/** Files and pipes get no escape codes, whatever the environment is; https://no-color.org for terminals. */
function colorsOf(stream: NodeJS.WriteStream) {
  return pc.createColors(canRewrite(stream) && !process.env["NO_COLOR"]);
}
