/** The names of a split's two arrays. */
export interface ArrayPair {
  readonly images: string;
  readonly labels: string;
}

/** Which arrays hold the images and labels of each split. */
export interface ArrayRoles {
  readonly train?: ArrayPair;
  readonly test?: ArrayPair;
  readonly validation?: ArrayPair;
  /** The array that names the classes. */
  readonly classNames?: string;
  /** The names that have no role. */
  readonly others: readonly string[];
}

const splitWords = {
  train: ["train", "training"],
  test: ["test", "testing", "t10k"],
  validation: ["val", "valid", "validation"],
};

const partWords = {
  images: ["x", "images", "image", "imgs", "img", "data"],
  labels: ["y", "labels", "label", "targets", "target"],
};

type Split = keyof typeof splitWords;
type Part = keyof typeof partWords;

/**
 * Tells by their names which arrays are the images and labels of which split: `x_train`, `train_images`, `X_test`,
 * `k49-train-imgs`. Words that all names begin with mean nothing. Arrays without a split in their names are for
 * training, if no others are.
 *
 * @example
 * arrayRoles(["k49-train-imgs", "k49-train-labels"]).train; // { images: "k49-train-imgs", labels: "k49-train-labels" }
 */
export function arrayRoles(names: readonly string[]): ArrayRoles {
  const classNames = names.find((name) => name.toLowerCase() === "class_names");
  const candidates = names.filter((name) => name !== classNames);
  const words = candidates.map(wordsOf);
  const prefix = commonPrefix(words);
  const named = new Map<string, string>();
  candidates.forEach((name, at) => {
    const role = roleOf(words[at]!.slice(prefix)) ?? roleOf(words[at]!);
    // The first of two names with one meaning counts; the other is left over.
    if (role !== undefined && !named.has(role)) named.set(role, name);
  });
  const pairOf = (split: Split | ""): ArrayPair | undefined => {
    const [images, labels] = [named.get(`${split} images`), named.get(`${split} labels`)];
    return images !== undefined && labels !== undefined ? { images, labels } : undefined;
  };
  const train = pairOf("train") ?? pairOf("");
  const test = pairOf("test");
  const validation = pairOf("validation");
  const used = [train, test, validation].flatMap((pair) => (pair ? [pair.images, pair.labels] : []));
  return {
    ...(train && { train }),
    ...(test && { test }),
    ...(validation && { validation }),
    ...(classNames !== undefined && { classNames }),
    others: candidates.filter((name) => !used.includes(name)),
  };
}

/** The lower-case words of a name: `X_train` and `xTrain` are `x` and `train`. */
function wordsOf(name: string): readonly string[] {
  const apart = name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return apart.split(/[^a-z0-9]+/).filter((word) => word !== "");
}

/** How many words all names begin with; at least one word of each is left. */
function commonPrefix(names: readonly (readonly string[])[]): number {
  const [first] = names;
  if (!first) return 0;
  const longest = Math.min(...names.map(({ length }) => length - 1));
  let shared = 0;
  while (shared < longest && names.every((words) => words[shared] === first[shared])) shared++;
  return shared;
}

/** `train images` for the words of `x_train`, ` images` for those of `images`; undefined if any word is another. A split may be named twice. */
function roleOf(words: readonly string[]): string | undefined {
  const meaning = <Word extends string>(word: string, of: Readonly<Record<Word, readonly string[]>>) =>
    (Object.keys(of) as Word[]).find((key) => of[key].includes(word));
  let split: Split | undefined;
  let part: Part | undefined;
  for (const word of words) {
    const [asSplit, asPart] = [meaning(word, splitWords), meaning(word, partWords)];
    if (asSplit && (split ?? asSplit) === asSplit) split = asSplit;
    else if (asPart && part === undefined) part = asPart;
    else return undefined;
  }
  return part && `${split ?? ""} ${part}`;
}
