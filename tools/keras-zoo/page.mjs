// The page that tools/keras-zoo.mjs writes.

/** As far as a model may be from Keras. */
const PREDICTIONS = 1e-4;
const LOSSES = 1e-3;

const TITLES = {
  "keras.applications": "keras.applications",
  "keras.io": "Examples of keras.io and tensorflow.org",
  student: "What students write",
  structure: "Models of an unusual structure",
};

/** The page for the rows of results.json. */
export function pageOf(rows) {
  const read = rows.filter((row) => row.missing === undefined);
  const close = read.filter((row) => row.predictions <= PREDICTIONS);
  const trained = close.filter((row) => row.losses <= LOSSES);
  const tables = Object.entries(TITLES).map(([group, title]) => {
    const lines = rows.filter((row) => row.group === group).map(lineOf);
    if (lines.length === 0) return `## ${title}\n\nNot compared yet.`;
    return [
      `## ${title}`,
      "",
      "| model | parameters | predictions | losses | Keras's own |",
      "| --- | ---: | ---: | ---: | ---: |",
      ...lines,
    ].join("\n");
  });
  const again = rows.filter((row) => row.readBack).length;
  return `# Keras's models in Heddle

Written by \`node tools/keras-zoo.mjs\`, which builds models in real Keras 3.15, with Keras's own random weights, and reads their
JSON and weights as [from-keras.md](from-keras.md) says. Of the ${rows.length} models that were compared ${read.length} are read, ${close.length} predict within
1e-4 of Keras, and ${trained.length} of those train: the losses of ten steps stay within 1e-3. Keras was given what Heddle writes of
${again} of them, and reads it.

- *predictions*: the largest difference for eight inputs, divided by the largest prediction.
- *losses*: the largest relative difference of the losses of ten steps of SGD, with different batches of 8. Random layers and
  dropout are off in both. The rate is 0.01; in models with \\* it is 1e-4, with \\*\\* 1e-5, and each weight's gradient is clipped
  to norm 1. Nets of more than ten normalizations are so steep, with random weights and batches of 8, that common steps take
  Keras's own runs in 32 and in 64 bits apart by tenths; in the others with a mark, runs came apart by more than 1e-4.
- *Keras's own*: the same difference between Keras's losses in 32 and in 64 bits.

${tables.join("\n\n")}
`;
}

function lineOf({ name, parameters, predictions, losses, own, rate, missing }) {
  const title = name + (rate < 1e-4 ? " \\*\\*" : rate < 0.01 ? " \\*" : "");
  const count = parameters.toLocaleString("en-US");
  if (missing !== undefined)
    return `| ${title} | ${count} | not read: ${missing.replaceAll("|", "\\|")} | | |`;
  const differences = [marked(predictions, PREDICTIONS), marked(losses, LOSSES), shown(own)];
  return `| ${title} | ${count} | ${differences.join(" | ")} |`;
}

function marked(difference, limit) {
  const text = shown(difference);
  return difference <= limit ? text : `**${text}**`;
}

function shown(difference) {
  if (difference === 0) return "0";
  return difference?.toExponential(0).replace("e+", "e") ?? "";
}
