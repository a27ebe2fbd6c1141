/**
 * How far each character of a TrueType font moves the pen: its `cmap` and `hmtx` tables, read as the OpenType
 * specification has them (https://learn.microsoft.com/typography/opentype/spec). Pairs that stand closer together
 * (kerning) are left out: a line comes out a little long, never short.
 */
export class FontAdvances {
  private readonly view: DataView;
  private readonly unitsPerEm: number;
  /** How many glyphs have an advance of their own; the rest have the last one's. */
  private readonly advanceCount: number;
  private readonly advances: number;
  /** The character map for Unicode's first plane. */
  private readonly map: number;

  /** @throws Error when the bytes are no TrueType font with a character map of format 4 */
  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.unitsPerEm = this.view.getUint16(this.table("head") + 18);
    this.advanceCount = this.view.getUint16(this.table("hhea") + 34);
    this.advances = this.table("hmtx");
    this.map = this.characterMap();
  }

  /** The advance of a character in ems; undefined where the font does not have it. */
  of(character: string): number | undefined {
    const glyph = this.glyphOf(character.codePointAt(0)!);
    if (glyph === 0) return undefined;
    const at = this.advances + 4 * Math.min(glyph, this.advanceCount - 1);
    return this.view.getUint16(at) / this.unitsPerEm;
  }

  /** Where a table begins. */
  private table(tag: string): number {
    const count = this.view.getUint16(4);
    for (let record = 12; record < 12 + 16 * count; record += 16) {
      const name = [0, 1, 2, 3].map((at) => String.fromCharCode(this.view.getUint8(record + at))).join("");
      if (name === tag) return this.view.getUint32(record + 8);
    }
    throw new Error(`the font has no table ${tag}`);
  }

  private characterMap(): number {
    const cmap = this.table("cmap");
    const count = this.view.getUint16(cmap + 2);
    for (let record = cmap + 4; record < cmap + 4 + 8 * count; record += 8) {
      const map = cmap + this.view.getUint32(record + 4);
      if (this.view.getUint16(map) === 4) return map;
    }
    throw new Error("the font has no character map of format 4");
  }

  /** The number of a character's glyph, 0 where there is none: format 4 lists stretches of characters by their ends. */
  private glyphOf(code: number): number {
    const { view, map } = this;
    const size = view.getUint16(map + 6);
    const [ends, starts, deltas, offsets] = [14, 16 + size, 16 + 2 * size, 16 + 3 * size].map(
      (at) => map + at,
    );
    for (let at = 0; at < size; at += 2) {
      if (code > view.getUint16(ends! + at)) continue;
      const start = view.getUint16(starts! + at);
      if (code < start) return 0;
      const delta = view.getUint16(deltas! + at);
      const offset = view.getUint16(offsets! + at);
      if (offset === 0) return (code + delta) & 0xffff;
      const glyph = view.getUint16(offsets! + at + offset + 2 * (code - start));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  }
}
