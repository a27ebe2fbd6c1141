import type { LeftOut, Reading, ReadingChoice, SplitReading } from "../data/reading.js";
import type { JsonFields } from "./json-fields.js";

const elementKinds = ["whole numbers", "floats", "booleans"] as const;

/** Reads how data was read, as `run.json` has it. */
export function parseReading(reading: JsonFields): Reading {
  return {
    train: parseSplit(reading.object("train")),
    ...(reading.optional("test") && { test: parseSplit(reading.object("test")) }),
    transposed: reading.boolean("transposed"),
    choices: reading.objects("choices").map(parseChoice),
    leftOut: reading.objects("leftOut").map(parseLeftOut),
  };
}

function parseSplit(split: JsonFields): SplitReading {
  const scaledFrom = split.optional("scaledFrom")?.numberList("scaledFrom", 2);
  return {
    from: split.string("from"),
    images: split.wholeNumber("images"),
    elements: split.oneOf("elements", elementKinds),
    minimum: split.number("minimum"),
    maximum: split.number("maximum"),
    ...(scaledFrom && { scaledFrom: [scaledFrom[0]!, scaledFrom[1]!] }),
  };
}

function parseChoice(choice: JsonFields): ReadingChoice {
  const option = choice.optional("option")?.string("option");
  const warn = choice.optional("warn")?.boolean("warn");
  return {
    about: choice.string("about"),
    choice: choice.string("choice"),
    ...(option !== undefined && { option }),
    ...(warn !== undefined && { warn }),
  };
}

function parseLeftOut(entry: JsonFields): LeftOut {
  return {
    what: entry.string("what"),
    reason: entry.string("reason"),
    count: entry.wholeNumber("count"),
    examples: entry.strings("examples"),
  };
}
