import { spawnSync } from "node:child_process";
import { available } from "../packages/heddle/dist/system/required.testing.js";
import { type Finished, MAIN, type Workspace } from "./cli.js";

/** In Python: runs a program on a pseudo-terminal of a certain width, and copies what it shows. */
const PTY = `
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
while True:
    try:
        shown = os.read(terminal, 65536)
    except OSError:
        break
    if not shown:
        break
    os.write(1, shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Whether tests can open a pseudo-terminal. */
export const hasPty = available(
  "pty",
  spawnSync("python3", ["-c", "import pty, os; os.waitstatus_to_exitcode"]).status === 0,
);

/** For the names of tests that are skipped without one. */
export const NEEDS_PTY = "(needs python3 for a pseudo-terminal)";

/** Runs `heddle` as in a terminal `columns` wide. */
export function heddleOnTerminal(
  work: Workspace,
  columns: number,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  const words = ["-c", PTY, String(columns), process.execPath, MAIN, ...args];
  return work.spawn("python3", words, { TERM: "xterm-256color", ...env }).finished;
}
