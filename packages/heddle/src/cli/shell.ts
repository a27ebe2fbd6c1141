import type { Option } from "@commander-js/extra-typings";
import { formatCommand } from "../runs/command-line.js";
import { inFlags } from "./flag-words.js";

/** Where the command line prints: a terminal, a file, a pipe, or a test. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What one run of the command line receives, and how it ends. */
export class Shell {
  /** Set by a command that ends without an error and still has bad news. */
  exitCode = 0;
  /** The options that can be typed for the command whose action runs; none before it does. */
  options: readonly Option[] = [];
  readonly stdout: Output;
  readonly stderr: Output;

  /** @param words what was typed after `heddle` */
  constructor(
    readonly words: readonly string[],
    { stdout, stderr }: { readonly stdout: Output; readonly stderr: Output },
  ) {
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** What was typed, quoted for a shell: `heddle train --data 'my photos'`. */
  get commandLine(): string {
    return formatCommand(["heddle", ...this.words]);
  }

  /** A text from below the command line, in the flags of the command that runs. */
  inFlags(text: string): string {
    return inFlags(text, this.options);
  }
}
