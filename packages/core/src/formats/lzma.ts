import { StreamFault } from "./damaged-stream.js";

/** Probabilities of a zero begin at one half, of 2048. */
const HALF = 1024;
const PROBABILITY_BITS = 11;
const MOVE_BITS = 5;

const STATES = 12;
const POSITIONS = 16;

/** Distances from this slot on are partly stored as plain bits. */
const PLAIN_SLOT = 14;

const SHORTEST_MATCH = 2;

/** How the bits of an LZMA stream are modelled. */
export interface LzmaProperties {
  /** How many high bits of the byte before choose the model of a byte. */
  readonly literalContext: number;
  /** How many low bits of the position do. */
  readonly literalPosition: number;
  /** How many low bits of the position choose the model of a match. */
  readonly position: number;
}

/**
 * Decodes LZMA, a part at a time, into a window of what was decoded last.
 *
 * Source: "LZMA specification" by Igor Pavlov (2015), which is in the public domain
 */
export class LzmaDecoder {
  /** What was decoded, from `origin` on; the last bytes of it may be repeated. */
  private window: Uint8Array = new Uint8Array(1 << 16);
  private at = 0;
  /** Where the text begins, of which nothing before may be repeated; below 0 where its beginning has left the window. */
  private origin = 0;

  private bytes: Uint8Array = new Uint8Array(0);
  private next = 0;
  private range = 0;
  private code = 0;

  private properties: LzmaProperties = { literalContext: 0, literalPosition: 0, position: 0 };
  private state = 0;
  private readonly distances = new Uint32Array(4);
  private literals = new Uint16Array(0);
  private readonly isMatch = new Uint16Array(STATES * POSITIONS);
  private readonly isRepeat = new Uint16Array(STATES);
  private readonly isLaterRepeat = new Uint16Array(STATES);
  private readonly isThirdRepeat = new Uint16Array(STATES);
  private readonly isFourthRepeat = new Uint16Array(STATES);
  private readonly isLongRepeat = new Uint16Array(STATES * POSITIONS);
  private readonly slots = new Uint16Array(4 * 64);
  private readonly special = new Uint16Array(128);
  private readonly aligned = new Uint16Array(16);
  private readonly lengths = new LengthModel();
  private readonly repeatLengths = new LengthModel();

  /** @param windowBytes how far back a match may lie */
  constructor(private readonly windowBytes: number) {}

  /** Begins a new text. */
  forget(): void {
    this.origin = this.at;
  }

  /** Begins with fresh models. */
  reset(properties = this.properties): void {
    this.properties = properties;
    const { literalContext, literalPosition } = properties;
    const literals = 0x300 << (literalContext + literalPosition);
    if (this.literals.length !== literals) this.literals = new Uint16Array(literals);
    for (const model of this.models()) model.fill(HALF);
    this.state = 0;
    this.distances.fill(0);
  }

  /** Adds bytes as they are. Returns them as a copy. */
  copy(bytes: Uint8Array): Uint8Array {
    this.makeRoom(bytes.length);
    this.window.set(bytes, this.at);
    this.at += bytes.length;
    return bytes.slice();
  }

  /**
   * Decodes a part.
   *
   * @param length how many bytes it holds
   * @throws StreamFault where it is damaged
   */
  decode(bytes: Uint8Array, length: number): Uint8Array {
    this.makeRoom(length);
    this.begin(bytes);
    const start = this.at;
    const end = start + length;
    while (this.at < end) this.step(end);
    if (this.code !== 0 || this.next !== bytes.length) throw damaged();
    return this.window.slice(start, end);
  }

  private *models(): Generator<Uint16Array> {
    yield* [this.literals, this.isMatch, this.isRepeat, this.isLaterRepeat, this.isThirdRepeat];
    yield* [this.isFourthRepeat, this.isLongRepeat, this.slots, this.special, this.aligned];
    yield* this.lengths.models();
    yield* this.repeatLengths.models();
  }

  /** Makes room in the window for more bytes, and keeps as many as matches may reach. */
  private makeRoom(count: number): void {
    if (this.at + count <= this.window.length) return;
    const kept = Math.min(this.at, this.windowBytes);
    const from = this.at - kept;
    // Twice what is kept, so that it is moved seldom.
    const size = 2 * (kept + count);
    const target = size > this.window.length ? new Uint8Array(size) : this.window;
    target.set(this.window.subarray(from, this.at));
    this.window = target;
    this.at = kept;
    this.origin -= from;
  }

  private step(end: number): void {
    const position = this.at - this.origin;
    const place = position & ((1 << this.properties.position) - 1);
    const { state } = this;
    if (this.bit(this.isMatch, state * POSITIONS + place) === 0) {
      this.literal(position);
      return;
    }
    if (this.bit(this.isRepeat, state) === 0) {
      const { distances } = this;
      distances.copyWithin(1, 0, 3);
      const length = this.length(this.lengths, place);
      this.state = state < 7 ? 7 : 10;
      distances[0] = this.distance(length);
      this.repeat(length + SHORTEST_MATCH, end);
      return;
    }
    if (this.bit(this.isLaterRepeat, state) === 0) {
      if (this.bit(this.isLongRepeat, state * POSITIONS + place) === 0) {
        this.state = state < 7 ? 9 : 11;
        this.repeat(1, end);
        return;
      }
    } else {
      const which =
        this.bit(this.isThirdRepeat, state) === 0 ? 1 : this.bit(this.isFourthRepeat, state) === 0 ? 2 : 3;
      const distance = this.distances[which]!;
      this.distances.copyWithin(1, 0, which);
      this.distances[0] = distance;
    }
    const length = this.length(this.repeatLengths, place);
    this.state = state < 7 ? 8 : 11;
    this.repeat(length + SHORTEST_MATCH, end);
  }

  private literal(position: number): void {
    const { window, literals } = this;
    const { literalContext, literalPosition } = this.properties;
    const before = position > 0 ? window[this.at - 1]! : 0;
    const context =
      ((position & ((1 << literalPosition) - 1)) << literalContext) + (before >>> (8 - literalContext));
    const base = 0x300 * context;
    let symbol = 1;
    if (this.state >= 7) {
      const distance = this.distances[0]!;
      this.checkDistance(distance);
      let match = window[this.at - distance - 1]!;
      while (symbol < 0x100) {
        const expected = (match >>> 7) & 1;
        match <<= 1;
        const bit = this.bit(literals, base + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== expected) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(literals, base + symbol);
    window[this.at++] = symbol;
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6;
  }

  /** Repeats bytes at the last distance. */
  private repeat(length: number, end: number): void {
    const distance = this.distances[0]!;
    this.checkDistance(distance);
    if (length > end - this.at) throw damaged();
    const { window } = this;
    let from = this.at - distance - 1;
    // One by one, because a match may repeat what it writes.
    for (const stop = this.at + length; this.at < stop; ) window[this.at++] = window[from++]!;
  }

  private checkDistance(distance: number): void {
    if (distance >= this.at - this.origin || distance >= this.windowBytes) throw damaged();
  }

  private length({ choice, low, middle, high }: LengthModel, place: number): number {
    if (this.bit(choice, 0) === 0) return this.tree(low, place * 8, 3);
    if (this.bit(choice, 1) === 0) return 8 + this.tree(middle, place * 8, 3);
    return 16 + this.tree(high, 0, 8);
  }

  /** How far back a match of a length lies, less 1. */
  private distance(length: number): number {
    const slot = this.tree(this.slots, Math.min(length, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >>> 1) - 1;
    const high = ((2 | (slot & 1)) << bits) >>> 0;
    if (slot < PLAIN_SLOT) return high + this.reversed(this.special, high - slot, bits);
    const plain = this.plain(bits - 4) * 16;
    return high + plain + this.reversed(this.aligned, 0, 4);
  }

  private tree(model: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    for (let bit = 0; bit < bits; bit++) symbol = (symbol << 1) | this.bit(model, base + symbol);
    return symbol - (1 << bits);
  }

  private reversed(model: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let place = 0; place < bits; place++) {
      const bit = this.bit(model, base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << place;
    }
    return value;
  }

  private begin(bytes: Uint8Array): void {
    if (bytes.length < 5 || bytes[0] !== 0) throw damaged();
    this.bytes = bytes;
    this.range = 0xffffffff;
    this.code = ((bytes[1]! << 24) | (bytes[2]! << 16) | (bytes[3]! << 8) | bytes[4]!) >>> 0;
    this.next = 5;
  }

  private bit(model: Uint16Array, index: number): 0 | 1 {
    const zero = model[index]!;
    const bound = (this.range >>> PROBABILITY_BITS) * zero;
    let bit: 0 | 1;
    if (this.code < bound) {
      this.range = bound;
      model[index] = zero + (((1 << PROBABILITY_BITS) - zero) >>> MOVE_BITS);
      bit = 0;
    } else {
      this.range -= bound;
      this.code -= bound;
      model[index] = zero - (zero >>> MOVE_BITS);
      bit = 1;
    }
    if (this.range < 0x1000000) this.shift();
    return bit;
  }

  private plain(bits: number): number {
    let value = 0;
    for (let bit = 0; bit < bits; bit++) {
      this.range >>>= 1;
      const isOne = this.code >= this.range;
      if (isOne) this.code -= this.range;
      value = value * 2 + (isOne ? 1 : 0);
      if (this.range < 0x1000000) this.shift();
    }
    return value;
  }

  private shift(): void {
    if (this.next >= this.bytes.length) throw damaged();
    this.range = (this.range << 8) >>> 0;
    this.code = ((this.code << 8) | this.bytes[this.next++]!) >>> 0;
  }
}

/** The lengths of matches: short ones by the position, long ones alike. */
class LengthModel {
  readonly choice = new Uint16Array(2);
  readonly low = new Uint16Array(POSITIONS * 8);
  readonly middle = new Uint16Array(POSITIONS * 8);
  readonly high = new Uint16Array(256);

  models(): readonly Uint16Array[] {
    return [this.choice, this.low, this.middle, this.high];
  }
}

function damaged(): StreamFault {
  return new StreamFault("a damaged one");
}
