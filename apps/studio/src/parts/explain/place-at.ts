import type { LayerView } from "../../worker/protocol-explain";

/** So many tiles are drawn in a row. */
export const COLUMNS = 8;

/** Where in a layer's output somebody clicked on its tiles; undefined between two of them. */
export function placeAt(
  { clientX, clientY }: { readonly clientX: number; readonly clientY: number },
  tilesOnPage: Element,
  { tiles, shape }: Pick<LayerView, "tiles" | "shape">,
): readonly number[] | undefined {
  const { left, top, width, height } = tilesOnPage.getBoundingClientRect();
  const columns = Math.min(tiles.count, COLUMNS);
  const rows = Math.ceil(tiles.count / columns);
  // Between two tiles is a line of one pixel.
  const x = Math.floor(((clientX - left) / width) * (columns * (tiles.width + 1) - 1));
  const y = Math.floor(((clientY - top) / height) * (rows * (tiles.height + 1) - 1));
  const [column, row] = [x % (tiles.width + 1), y % (tiles.height + 1)];
  if (x < 0 || y < 0 || column === tiles.width || row === tiles.height) return undefined;
  const tile = Math.floor(y / (tiles.height + 1)) * columns + Math.floor(x / (tiles.width + 1));
  if (tile >= tiles.count) return undefined;
  if (shape.length === 3) return [row, column, tile];
  // Any other shape is one picture with its values row by row.
  let rest = row * tiles.width + column;
  const place = shape.map(() => 0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return rest === 0 ? place : undefined;
}

/** Where a value of a layer is drawn, as shares of the size of all its tiles; undefined where it is not. */
export function drawnAt(
  place: readonly number[],
  { tiles, shape }: Pick<LayerView, "tiles" | "shape">,
):
  | { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
  | undefined {
  const isImage = shape.length === 3;
  const flat = place.reduce((sum, at, axis) => sum * shape[axis]! + at, 0);
  const [row, column, tile] = isImage
    ? [place[0]!, place[1]!, place[2]!]
    : [Math.floor(flat / tiles.width), flat % tiles.width, 0];
  if (tile >= tiles.count) return undefined;
  const columns = Math.min(tiles.count, COLUMNS);
  const across = columns * (tiles.width + 1) - 1;
  const down = Math.ceil(tiles.count / columns) * (tiles.height + 1) - 1;
  return {
    left: ((tile % columns) * (tiles.width + 1) + column) / across,
    top: (Math.floor(tile / columns) * (tiles.height + 1) + row) / down,
    width: 1 / across,
    height: 1 / down,
  };
}
