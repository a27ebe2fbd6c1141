import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError } from "@heddle/core/internal/base/files-node.js";
import { labelRequest } from "../../jobs/serve/name-models.js";
import { runServer } from "../../jobs/serve/run-server.js";
import {
  allNonEmpty,
  fastOption,
  modelRangeOption,
  nonEmpty,
  positiveNumber,
  runDirOption,
  wholeNumber,
} from "../options.js";
import type { Shell } from "../shell.js";
import { stoppable } from "../signals.js";
import { Terminal } from "../terminal.js";

/** The variable that may hold the token: other users of a machine cannot read it, unlike a command line. */
const TOKEN_VARIABLE = "HEDDLE_SERVE_TOKEN";

const MIB = 2 ** 20;

/** `heddle serve RUN…`: models over HTTP. */
export function serveCommand(shell: Shell) {
  return new Command("serve")
    .description("answer requests for a model's classes over HTTP")
    .argument("<run...>", "runs or models: RUN, or NAME=RUN", allNonEmpty)
    .addOption(
      new Option("--name <name>", "what the model is called; several runs are its versions").argParser(
        nonEmpty,
      ),
    )
    .addOption(
      new Option("--label <label>", "a label of a version, such as stable=1, or stable=1@90 with its weight")
        .argParser((text, before: readonly ReturnType<typeof labelRequest>[]) => [...before, label(text)])
        .default([] as readonly ReturnType<typeof labelRequest>[], "none"),
    )
    .addOption(
      new Option("--host <address>", "the address to listen on").argParser(nonEmpty).default("127.0.0.1"),
    )
    .addOption(
      new Option("--port <n>", "the port; 0 for a free one").argParser(wholeNumber(0, 65535)).default(8000),
    )
    .addOption(
      new Option("--max-batch <n>", "images computed at once").argParser(wholeNumber(1, 4096)).default(64),
    )
    .addOption(
      new Option("--max-delay-ms <ms>", "how long a batch waits for more images while nothing is computed")
        .argParser(wholeNumber(0, 10_000))
        .default(0),
    )
    .addOption(
      new Option("--max-queue <n>", "images that may wait")
        .argParser(wholeNumber(1, 1_000_000))
        .default(1024),
    )
    .addOption(
      new Option("--timeout-ms <ms>", "how long a request may take")
        .argParser(wholeNumber(1, 3_600_000))
        .default(30_000),
    )
    .addOption(new Option("--max-body <mib>", "MiB of a request").argParser(positiveNumber).default(16))
    .addOption(
      new Option("--max-pixels <n>", "pixels of a picture")
        .argParser(wholeNumber(1, 64_000_000))
        .default(64_000_000),
    )
    .addOption(
      new Option("--rate <n>", "requests a second from one address; without limit by default").argParser(
        positiveNumber,
      ),
    )
    .addOption(
      new Option(
        "--token-file <file>",
        `a file with the token that requests must carry; ${TOKEN_VARIABLE} may hold it, too`,
      ).argParser(nonEmpty),
    )
    .addOption(
      new Option("--cors <origin>", "the origin whose pages may call the server; none by default").argParser(
        origin,
      ),
    )
    .addOption(
      new Option("--record <file>", "append every answer to a file, as lines of JSON").argParser(nonEmpty),
    )
    .addOption(
      new Option(
        "--log-level <level>",
        "which lines the log on standard error has: info has one for each request",
      )
        .choices(["error", "warn", "info", "debug", "silent"] as const)
        .default("info" as const),
    )
    .option("--as-is", "never exchange light and dark of pictures")
    .addOption(
      new Option("--invert", "exchange light and dark where a background is light").conflicts("asIs"),
    )
    .addOption(modelRangeOption())
    .addOption(
      new Option(
        "--threads <n>",
        "threads to compute on; every core but one by default, which speaks HTTP",
      ).argParser(wholeNumber(1, 64)),
    )
    .addOption(fastOption())
    .addOption(runDirOption())
    .addHelpText(
      "after",
      `
It speaks the Open Inference Protocol (/v2/models/NAME/infer), TensorFlow
Serving's REST (/v1/models/NAME:predict), and takes pictures (POST /predict).
The address / is a page that tries a picture, /openapi.json describes the rest.
A run whose files change is read again; no request is lost. Ctrl-C or SIGTERM
ends it after the requests that it has received are answered. To ask it:
curl --data-binary @boot.jpg http://127.0.0.1:8000/predict

Examples:
  heddle serve latest --name boots
  heddle serve boots=first boots=second --label stable=1@90 --label new=2@10`,
    )
    .action(async (runs, options) => {
      const terminal = new Terminal(shell);
      const { runDir: root, maxBody, label: labels, cors: corsOrigin, rate, tokenFile, ...rest } = options;
      const token = await tokenFrom(tokenFile);
      await stoppable(
        terminal,
        async ({ signal }) => {
          await runServer(runs, {
            ...{ ...rest, root, labels, corsOrigin, token, signal },
            threads: rest.threads ?? Math.max(1, Math.min(64, availableParallelism() - 1)),
            ratePerSecond: rate,
            maxBodyBytes: Math.floor(maxBody * MIB),
            invert: options.asIs ? false : options.invert,
            log: { write: (line: string) => void shell.stderr.write(line) },
            onWarning: (message) => terminal.warn(message),
            onReady: (address, models) => {
              for (const { name, version, path } of models) {
                terminal.result(`${name}, version ${version}: ${path}`);
              }
              terminal.result(`Ready at ${address}`, "bold");
              if (token === undefined && !isLoopback(options.host)) {
                terminal.warn(
                  `Whoever reaches ${address} may use it: set \`tokenFile\`, or ${TOKEN_VARIABLE}.`,
                );
              }
            },
          });
        },
        "the requests under way",
      );
    });
}

function label(text: string) {
  try {
    return labelRequest(text);
  } catch (thrown) {
    if (thrown instanceof HeddleError) throw new InvalidArgumentError(thrown.message);
    throw thrown;
  }
}

function origin(text: string): string {
  if (URL.canParse(text) && new URL(text).origin === text) return text;
  throw new InvalidArgumentError("Expected an origin such as https://example.org.");
}

/** Shorter ones can be guessed. */
const SHORTEST_TOKEN = 16;

/** The token of a file, or of the environment. */
async function tokenFrom(file: string | undefined): Promise<string | undefined> {
  const text =
    file === undefined
      ? process.env[TOKEN_VARIABLE]
      : await readFile(file, "utf8").catch((thrown: unknown) => {
          throw fileError(file, "a file with a token", thrown);
        });
  if (text === undefined) return undefined;
  const token = text.trim();
  if (/^\S+$/.test(token) && token.length >= SHORTEST_TOKEN) return token;
  throw new HeddleError({
    who: file ?? TOKEN_VARIABLE,
    expected: `a token of at least ${SHORTEST_TOKEN} characters without spaces`,
    received: token === "" ? "none" : "another text",
    next: "Make one: openssl rand -hex 32.",
  });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}
