/**
 * The order of a round's measurements: A B C in odd rounds, C B A in even ones. A machine that warms up or slows down
 * then favours no one: over two rounds each has the same mean place.
 *
 * @template T
 * @param {readonly T[]} items
 * @param {number} round counted from 1
 * @returns {T[]}
 */
export function inTurn(items, round) {
  return round % 2 === 1 ? [...items] : items.toReversed();
}
