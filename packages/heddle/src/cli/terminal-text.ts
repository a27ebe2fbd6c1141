/** The characters beyond ASCII that Heddle prints, and what replaces them where a terminal has no UTF-8. */
const plainForms: Readonly<Record<string, string>> = {
  "…": "...",
  "×": "x",
  "→": "->",
  "←": "<-",
  "›": ">",
  "·": "*",
  "•": "*",
  "÷": "/",
  "−": "-",
  "–": "-",
  "—": "-",
  "±": "+-",
  "≤": "<=",
  "≥": ">=",
  "≈": "~",
  "²": "^2",
  Σ: "sum ",
  µ: "u",
  μ: "u",
  "°": " degrees",
  "‘": "'",
  "’": "'",
  "“": '"',
  "”": '"',
  "\u00a0": " ",
  "━": "=",
  "╌": "-",
  "─": "-",
  "═": "=",
  "│": "|",
  "┃": "|",
  "█": "#",
  "░": ".",
  "✓": "ok",
  "✗": "x",
};

/**
 * A text in ASCII: signs become what people type for them. Letters of other alphabets stay: they belong to the names of
 * files and classes, which must remain recognizable.
 *
 * @example
 * toAscii("28 × 28 → 10 …"); // "28 x 28 -> 10 ..."
 */
export function toAscii(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  return text.replace(/[^\x00-\x7f]/gu, (sign) => plainForms[sign] ?? sign);
}

/** The escape sequences that set colours and emphasis. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const COLOUR = /\x1b\[[\d;]*m/g;

/** How many columns a text fills; colours fill none. */
export function visibleLength(text: string): number {
  return [...text.replace(COLOUR, "")].length;
}

/**
 * A text without the characters that control a terminal, except tabs and line ends: names come from strangers' files, and
 * must not move the cursor, set the window's title or colour anything.
 */
export function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "\ufffd");
}

/** What the continuation lines of a broken line begin with, in addition to that line's indentation. */
const HANGING = "  ";
/** Continuation lines keep at most this fraction of the columns as indentation: 1 / 8. */
const MOST_INDENT = 8;

/**
 * A text whose lines fit a number of columns. The cells of a table, which two spaces separate, move together if the row
 * then fits; otherwise the line is broken between cells, a cell that is longer than a line between words, and the rest is
 * indented. A word that fits no line stays whole, so that a path or a checksum can be copied. Rules are cut.
 */
export function wrapped(text: string, columns: number): string {
  return text
    .split("\n")
    .map((line) => wrappedLine(line, columns))
    .join("\n");
}

function wrappedLine(line: string, columns: number): string {
  if (visibleLength(line) <= columns) return line;
  if (/^(.)\1*$/u.test(line)) return [...line].slice(0, columns).join("");
  const indent = /^ */.exec(line)![0];
  const closer = indent + line.slice(indent.length).replace(/ {2,}/g, "  ");
  if (visibleLength(closer) <= columns) return closer;
  const hanging = indent.slice(0, columns / MOST_INDENT) + HANGING;
  const room = columns - hanging.length;
  const lines: string[] = [];
  let current = indent;
  // Spaces between words on one line are kept, and with them the columns of a table.
  for (const [space, word] of piecesOf(line.slice(indent.length), room)) {
    const bare = current.trim() === "";
    if (bare) current += word;
    else if (visibleLength(current) + space.length + visibleLength(word) <= columns) current += space + word;
    else {
      lines.push(current);
      current = hanging + word;
    }
  }
  return [...lines, current].join("\n");
}

/** The cells, or the words of a cell that fits no line, each with the spaces before it. */
function* piecesOf(line: string, room: number): Generator<readonly [space: string, text: string]> {
  for (const [, space, cell] of line.matchAll(/( *)((?:[^ ]| (?! ))+)/g)) {
    if (visibleLength(cell!) <= room) yield [space!, cell!];
    else {
      for (const [, gap, word] of cell!.matchAll(/( *)([^ ]+)/g)) yield [gap || space!, word!];
    }
  }
}

/**
 * Whether the environment names a locale without UTF-8: `LC_ALL`, else `LC_CTYPE`, else `LANG`. If none is set, as on
 * Windows and in many containers, the locale is unknown, and text stays as it is.
 */
export function saysAscii(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"];
  return locale !== undefined && locale !== "" && !/utf-?8/i.test(locale);
}
