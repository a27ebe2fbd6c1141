import { counted, groupDigits, oneLine, shortNumber } from "../base/format.js";
import type { ImageShape } from "./image-shape.js";

/** What the values of pixels were in the source, whatever type holds them now. */
export type ElementKind = "whole numbers" | "floats" | "booleans";

/** How one split was read. */
export interface SplitReading {
  /** The file, array or folder that it came from. */
  readonly from: string;
  /** How many images were read. */
  readonly images: number;
  /** What the pixel values were. */
  readonly elements: ElementKind;
  /** The smallest pixel value in the source. */
  readonly minimum: number;
  /** The largest pixel value in the source. */
  readonly maximum: number;
  /** The range that was brought to 0 to 255; absent if the values were kept. */
  readonly scaledFrom?: readonly [low: number, high: number];
}

/** A decision that reading made where the data allows several. */
export interface ReadingChoice {
  /** What it is about, in a word or two: `channels`, `classes`, `orientation`, `label`. */
  readonly about: string;
  /** What was chosen, and why if that is not obvious: `the last column, whose values return`. */
  readonly choice: string;
  /** The option that chooses. */
  readonly option?: string;
  /** Whether to warn of it as well, because somebody could expect something else. */
  readonly warn?: boolean;
}

/** Something at the data's path that is not used. */
export interface LeftOut {
  /** What each of them is, a noun with the plural in -s: `picture`, `row`, `array`. */
  readonly what: string;
  /** Why they are not used, fit for one and for many: `Heddle does not read .svg`. */
  readonly reason: string;
  /** How many there are of it. */
  readonly count: number;
  /** The names of the first ones. */
  readonly examples: readonly string[];
}

/** What a reader reports about its data besides images and labels. */
export interface ReaderNotes {
  readonly choices?: readonly ReadingChoice[];
  readonly leftOut?: readonly LeftOut[];
}

/** How data was read: plain data, which runs record. */
export interface Reading {
  readonly train: SplitReading;
  /** Absent if the data has no test split. */
  readonly test?: SplitReading;
  /** Whether rows and columns were exchanged. */
  readonly transposed: boolean;
  readonly choices: readonly ReadingChoice[];
  readonly leftOut: readonly LeftOut[];
}

/** How many examples of things that were left out are kept. */
export const LEFT_OUT_EXAMPLES = 3;

/**
 * One entry for things that were left out for the same reason.
 *
 * @example
 * leftOut("picture", "Heddle does not read .svg", ["a/1.svg", "a/2.svg"]); // 2 pictures
 */
export function leftOut(what: string, reason: string, names: readonly string[]): LeftOut {
  return { what, reason, count: names.length, examples: names.slice(0, LEFT_OUT_EXAMPLES) };
}

/** One line about something that was left out: `3 pictures: Heddle does not read .svg (a/1.svg, a/2.svg, b/7.svg)`. */
export function formatLeftOut({ what, reason, count, examples }: LeftOut): string {
  const more = count > examples.length && examples.length > 0 ? ", …" : "";
  const names = examples.length > 0 ? ` (${examples.join(", ")}${more})` : "";
  return `${counted(count, what)}: ${reason}${names}`;
}

/** The notes of several splits as one; a choice that was made for each is named once. */
export function joinNotes(notes: readonly ReaderNotes[]): Required<ReaderNotes> {
  const choices = new Map<string, ReadingChoice>();
  for (const choice of notes.flatMap(({ choices = [] }) => choices)) {
    choices.set(`${choice.about}: ${choice.choice}`, choice);
  }
  return { choices: [...choices.values()], leftOut: notes.flatMap(({ leftOut = [] }) => leftOut) };
}

const channelWords = ["grey", "grey and opacity", "red, green and blue", "red, green, blue and opacity"];

/**
 * How many channels images get.
 *
 * @param shapes the shapes of each split in the source, the training split first
 * @param chosen the channels that the option names
 */
export function channelsChoice(
  channels: number,
  shapes: readonly ImageShape[],
  chosen: number | undefined,
): ReadingChoice {
  const words = (count: number) => channelWords[count - 1]!;
  const [train, test = train!] = shapes.map(({ 2: own }) => own);
  const choice = `${channels}, ${words(channels)}`;
  const named = { about: "channels", option: "channels" };
  if (train !== test) {
    const converted = `${choice}; the training images are ${words(train!)}, the test images ${words(test)}`;
    return { ...named, choice: converted, warn: chosen === undefined };
  }
  return { ...named, choice: train === channels ? choice : `${choice}, from ${words(train!)}` };
}

/** How many class names the order of classes shows. */
const CLASSES_SHOWN = 12;

/** The first class names in their order: `0, 1, 2, …, 99`. */
export function formatClasses(names: readonly string[]): string {
  if (names.length <= CLASSES_SHOWN) return names.join(", ");
  return `${names.slice(0, CLASSES_SHOWN - 1).join(", ")}, …, ${names.at(-1)}`;
}

/**
 * How many classes there are, and in which order.
 *
 * @param option the option that chooses the order, if another one is possible
 */
export function classesChoice(names: readonly string[], option?: string): ReadingChoice {
  return {
    about: "classes",
    choice: `${groupDigits(names.length)}: ${formatClasses(names)}`,
    ...(option !== undefined && { option }),
  };
}

/** Passes on what nobody should miss: everything that was left out, and the choices that say so. */
export function warnOfReading(
  { choices, leftOut }: Pick<Reading, "choices" | "leftOut">,
  onWarning: (message: string) => void,
): void {
  for (const { about, choice, option, warn } of choices) {
    if (warn) onWarning(`${capitalized(about)}: ${choice}${optionHint(option)}.`);
  }
  for (const entry of leftOut) onWarning(`Left out: ${formatLeftOut(entry)}.`);
}

/** The block `How it was read` of a description. */
export function formatReading(reading: Reading): string {
  const { train, test, choices, leftOut } = reading;
  const lines = [
    ["training", formatSplit(train)],
    ...(test ? [["test", formatSplit(test)]] : []),
    ...choices.map(({ about, choice, option }) => [about, choice + optionHint(option)]),
    ...leftOut.map((entry) => ["left out", formatLeftOut(entry)]),
  ];
  const width = Math.max(...lines.map(([about]) => about!.length));
  const rows = lines.map(([about, text]) => `  ${about!.padEnd(width)}  ${oneLine(text!)}`);
  return ["How it was read", ...rows].join("\n");
}

function formatSplit({ from, images, ...values }: SplitReading): string {
  const { scaledFrom } = values;
  const scale = scaledFrom
    ? scaledFrom[0] === 0 && scaledFrom[1] === 1
      ? ", multiplied by 255"
      : `, brought from ${scaledFrom.map(shortNumber).join("..")} to 0..255`
    : "";
  return `${from}: ${counted(images, "image")}, ${formatValues(values)}${scale}`;
}

/** `whole numbers from 0 to 255`. */
export function formatValues({
  elements,
  minimum,
  maximum,
}: Pick<SplitReading, "elements" | "minimum" | "maximum">): string {
  return `${elements} from ${shortNumber(minimum)} to ${shortNumber(maximum)}`;
}

function optionHint(option: string | undefined): string {
  return option === undefined ? "" : ` (\`${option}\`)`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
