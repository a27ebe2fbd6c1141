/** What Heddle prints beyond ASCII, and what stands for it where a terminal has no UTF-8. */
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
 * A text in ASCII: signs become what people type for them. Letters of other alphabets stay as they are: they are in the
 * names of files and classes, which must be found again.
 *
 * @example
 * toAscii("28 × 28 → 10 …"); // "28 x 28 -> 10 ..."
 */
export function toAscii(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  return text.replace(/[^\x00-\x7f]/gu, (sign) => plainForms[sign] ?? sign);
}

/** Escape sequences that set colours and emphasis. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: what the sequences begin with
const COLOUR = /\x1b\[[\d;]*m/g;

/** How many columns a text takes; colours take none. */
export function visibleLength(text: string): number {
  return [...text.replace(COLOUR, "")].length;
}

/**
 * A text without characters that steer a terminal, but for colours, tabs and line ends: names come from strangers'
 * files, and must not move the cursor or set the window's title.
 */
export function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  return text.replace(/\x1b(?!\[[\d;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]/g, "\ufffd");
}

/** What the lines that go on behind a broken one begin with, beyond its own indentation. */
const HANGING = "  ";
/** Of its own indentation they keep at most the columns divided by this. */
const MOST_INDENT = 8;

/**
 * A text whose lines fit so many columns. Cells of a table move together where a row then fits; what is still too long
 * is broken and goes on indented. The cells of a table, which two
 * spaces part, stay whole where they fit a line; other lines, and longer cells, are broken between words. A word that
 * fits no line stays whole, so that a path or a checksum can be copied. Rules are cut.
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
  // Spaces between words are kept where both stand on one line: the columns of a table stay.
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

/** Cells, or the words of those that fit no line, each with the spaces before it. */
function* piecesOf(line: string, room: number): Generator<readonly [space: string, text: string]> {
  for (const [, space, cell] of line.matchAll(/( *)((?:[^ ]| (?! ))+)/g)) {
    if (visibleLength(cell!) <= room) yield [space!, cell!];
    else {
      for (const [, gap, word] of cell!.matchAll(/( *)([^ ]+)/g)) yield [gap || space!, word!];
    }
  }
}

/**
 * Whether the environment names a locale without UTF-8: `LC_ALL`, else `LC_CTYPE`, else `LANG`. Where none is set, as on
 * Windows and in many containers, nothing is known, and text stays as it is.
 */
export function saysAscii(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"];
  return locale !== undefined && locale !== "" && !/utf-?8/i.test(locale);
}
