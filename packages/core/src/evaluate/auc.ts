import type { Answers } from "./answers.js";

/** Areas under the ROC curves of each class against all others. */
export interface ClassAreas {
  /** The mean over the classes that have an area; `null` if none has. */
  readonly macro: number | null;
  /** 0..1, in the order of the labels; `null` for a class without images, or with all of them. */
  readonly perClass: readonly (number | null)[];
}

/**
 * One-against-rest areas under the ROC curve: how often an image of the class has a larger probability for it than an
 * image of another class; ties count half.
 *
 * Mann and Whitney's statistic; Hanley and McNeil, "The Meaning and Use of the Area under a ROC Curve" (Radiology 143,
 * 1982).
 */
export function areasUnderRoc(answers: Answers): ClassAreas {
  const supports = new Int32Array(answers.classes);
  for (const label of answers.labels) supports[label]! += 1;
  const perClass = answers.classNames.map((_, label) => areaOf(answers, label, supports[label]!));
  const known = perClass.filter((area) => area !== null);
  const macro = known.length === 0 ? null : known.reduce((sum, area) => sum + area, 0) / known.length;
  return { macro, perClass };
}

/** Of so few images, each is compared with all others: sorting these would take longer. */
const FEW = 8;

function areaOf(
  { images, classes, labels, probabilities }: Answers,
  label: number,
  support: number,
): number | null {
  if (support === 0 || support === images) return null;
  const own = new Float32Array(support);
  const others = new Float32Array(images - support);
  let [nextOwn, nextOther] = [0, 0];
  for (let image = 0; image < images; image++) {
    const value = probabilities[image * classes + label]!;
    if (labels[image] === label) own[nextOwn++] = value;
    else others[nextOther++] = value;
  }
  if (support <= FEW) {
    let points = 0;
    for (const value of own) {
      for (const other of others) points += other < value ? 2 : Number(other === value);
    }
    return points / (2 * own.length * others.length);
  }
  own.sort();
  others.sort();
  // Twice the wins, so that ties count 1: whole numbers, which are exact.
  let wins = 0;
  let below = 0;
  let notAbove = 0;
  for (const value of own) {
    while (below < others.length && others[below]! < value) below++;
    while (notAbove < others.length && others[notAbove]! <= value) notAbove++;
    wins += below + notAbove;
  }
  return wins / (2 * own.length * others.length);
}
