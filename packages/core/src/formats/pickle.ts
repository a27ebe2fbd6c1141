import { HeddleError } from "../base/errors.js";

/** An array of NumPy within a pickle. */
export interface PickledArray {
  readonly shape: readonly number[];
  /** NumPy's type: `|u1`. */
  readonly descr: string;
  readonly fortran: boolean;
  readonly bytes: Uint8Array;
}

/** What a pickle of plain data holds. Bytes, and texts of Python 2, are byte arrays. */
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Pickled[]
  | ReadonlyMap<string, Pickled>
  | Value;

/** The functions and classes of NumPy that make an array. No other name is looked up, and none is called. */
const NAMES: Readonly<Record<string, "array" | "ndarray" | "dtype" | "encode">> = {
  "numpy.core.multiarray._reconstruct": "array",
  "numpy._core.multiarray._reconstruct": "array",
  "numpy.ndarray": "ndarray",
  "numpy.dtype": "dtype",
  "_codecs.encode": "encode",
};

/** A name of Python, or what one of them was asked to make. */
class Value {
  descr = "";
  array: PickledArray | undefined;
  constructor(readonly kind: "array" | "ndarray" | "dtype" | "encode" | "mark") {}
}

const opcodes: Readonly<Record<number, string>> = {
  ...{ 73: "INT", 76: "LONG", 70: "FLOAT", 83: "STRING", 86: "UNICODE", 80: "PERSID", 81: "BINPERSID" },
  ...{ 105: "INST", 111: "OBJ", 129: "NEWOBJ", 146: "NEWOBJ_EX", 130: "EXT1", 131: "EXT2", 132: "EXT4" },
  ...{ 144: "ADDITEMS", 145: "FROZENSET", 143: "EMPTY_SET", 150: "BYTEARRAY8", 151: "NEXT_BUFFER" },
};

/**
 * Reads a pickle of plain data: numbers, texts, lists, tuples, dictionaries and NumPy's arrays. A pickle is a program; this
 * reader knows the few instructions that such data needs, refuses every other one by its name, and calls nothing.
 *
 * Source: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 *
 * @param name the file's path, for errors
 * @throws HeddleError for instructions and names that plain data does not need, and for damage
 */
export function readPickle(bytes: Uint8Array, name: string): Pickled {
  return new Reader(bytes, name).read();
}

/** The array that a value of a pickle is, if it is one. */
export function pickledArray(value: Pickled | undefined): PickledArray | undefined {
  return value instanceof Value ? value.array : undefined;
}

/** A text of a pickle, of Python 2 or 3. */
export function pickledText(value: Pickled | undefined): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array ? new TextDecoder().decode(value.slice()) : undefined;
}

class Reader {
  private readonly view: DataView;
  private readonly stack: Pickled[] = [];
  private readonly memo = new Map<number, Pickled>();
  private at = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly name: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): Pickled {
    for (;;) {
      const code = this.take(1)[0]!;
      if (code === STOP) return this.pop();
      this.step(code);
    }
  }

  private step(code: number): void {
    const { stack, memo } = this;
    switch (String.fromCharCode(code)) {
      case "\x80": // PROTO
        this.take(1);
        return;
      case "\x95": // FRAME
        this.take(8);
        return;
      case "(":
        stack.push(new Value("mark"));
        return;
      case "}":
        stack.push(new Map());
        return;
      case "]":
      case ")":
        stack.push([]);
        return;
      case "N":
        stack.push(null);
        return;
      case "\x88":
      case "\x89":
        stack.push(code === 0x88);
        return;
      case "K":
        stack.push(this.take(1)[0]!);
        return;
      case "M":
        stack.push(this.number(2));
        return;
      case "J":
        stack.push(this.number(4) | 0);
        return;
      case "\x8a": // LONG1
        stack.push(this.long(this.number(1)));
        return;
      case "G":
        this.take(8);
        stack.push(this.view.getFloat64(this.at - 8));
        return;
      case "U": // SHORT_BINSTRING
      case "C": // SHORT_BINBYTES
        stack.push(this.take(this.number(1)));
        return;
      case "T": // BINSTRING
      case "B": // BINBYTES
        stack.push(this.take(this.number(4)));
        return;
      case "\x8e": // BINBYTES8
        stack.push(this.take(this.number(8)));
        return;
      case "X":
      case "\x8c":
      case "\x8d": // BINUNICODE, SHORT_BINUNICODE, BINUNICODE8
        stack.push(
          new TextDecoder().decode(this.take(this.number(code === 0x58 ? 4 : code === 0x8c ? 1 : 8)).slice()),
        );
        return;
      case "q":
        memo.set(this.number(1), this.top());
        return;
      case "r":
        memo.set(this.number(4), this.top());
        return;
      case "\x94": // MEMOIZE
        memo.set(memo.size, this.top());
        return;
      case "h":
        stack.push(this.remembered(this.number(1)));
        return;
      case "j":
        stack.push(this.remembered(this.number(4)));
        return;
      case "\x85":
      case "\x86":
      case "\x87": // TUPLE1, TUPLE2, TUPLE3
        stack.push(this.popMany(code - 0x84));
        return;
      case "t":
        stack.push(this.popToMark());
        return;
      case "a": // APPEND
        this.append([this.pop()]);
        return;
      case "e": // APPENDS
        this.append(this.popToMark());
        return;
      case "s": // SETITEM
        this.setItems(this.popMany(2));
        return;
      case "u": // SETITEMS
        this.setItems(this.popToMark());
        return;
      case "c":
        stack.push(this.named(`${this.line()}.${this.line()}`));
        return;
      case "\x93": {
        const [module, name] = this.popMany(2).map(pickledText);
        stack.push(this.named(`${module}.${name}`));
        return;
      }
      case "R":
        this.reduce();
        return;
      case "b":
        this.build();
        return;
      default:
        throw this.refuse(`the instruction ${opcodes[code] ?? `0x${code.toString(16).padStart(2, "0")}`}`);
    }
  }

  private append(items: readonly Pickled[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.damaged();
    for (const item of items) list.push(item);
  }

  private setItems(items: readonly Pickled[]): void {
    const dictionary = this.top();
    if (!(dictionary instanceof Map) || items.length % 2 !== 0) throw this.damaged();
    for (let at = 0; at < items.length; at += 2) {
      const key = pickledText(items[at]);
      if (key === undefined) throw this.refuse("a dictionary whose keys are not texts");
      dictionary.set(key, items[at + 1]!);
    }
  }

  /** A name of Python: those that make an array, and no other. */
  private named(name: string): Value {
    if (Object.hasOwn(NAMES, name)) return new Value(NAMES[name]!);
    throw this.refuse(`the name ${name.slice(0, 80)}`);
  }

  /** What calling one of the names would make. */
  private reduce(): void {
    const [callee, parameters] = this.popMany(2);
    if (!(callee instanceof Value) || !Array.isArray(parameters)) throw this.damaged();
    if (callee.kind === "encode") {
      // How Python 3 writes bytes in the protocols of Python 2: as text in Latin-1.
      const [text, encoding] = parameters.map(pickledText);
      if (text === undefined || encoding !== "latin1") throw this.damaged();
      this.stack.push(Uint8Array.from(text, (sign) => sign.charCodeAt(0)));
      return;
    }
    const made = new Value(callee.kind);
    if (callee.kind === "dtype") made.descr = pickledText(parameters[0]) ?? "";
    this.stack.push(made);
  }

  /** The state of an array or of a type. */
  private build(): void {
    const state = this.pop();
    const target = this.top();
    if (!(target instanceof Value) || !Array.isArray(state)) throw this.damaged();
    if (target.kind === "dtype") {
      const order = pickledText(state[1]) ?? "";
      if (state.slice(2, 5).some((field) => field !== null)) throw this.refuse("a structured array");
      target.descr = `${order}${target.descr}`;
      return;
    }
    const [, shape, type, fortran, content] = state as Pickled[];
    const sizes = Array.isArray(shape) ? shape : [-1];
    if (target.kind !== "array" || !(type instanceof Value) || !(content instanceof Uint8Array)) {
      throw this.refuse("an array of objects");
    }
    if (sizes.some((size) => !Number.isSafeInteger(size) || (size as number) < 0)) throw this.damaged();
    target.array = {
      shape: sizes as number[],
      descr: type.descr,
      fortran: fortran === true || fortran === 1,
      bytes: content,
    };
  }

  private take(count: number): Uint8Array {
    if (!(count <= this.bytes.length - this.at)) throw this.damaged("a truncated one");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes, little-endian. */
  private number(size: number): number {
    return this.take(size).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  /** A signed number of any length. */
  private long(size: number): number {
    const value = this.number(size);
    return size > 0 && this.bytes[this.at - 1]! >= 128 ? value - 256 ** size : value;
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.damaged("a truncated one");
    const text = this.take(end - this.at).slice();
    this.take(1);
    return new TextDecoder().decode(text);
  }

  private remembered(key: number): Pickled {
    const value = this.memo.get(key);
    if (value === undefined) throw this.damaged();
    return value;
  }

  private top(): Pickled {
    const value = this.stack.at(-1);
    if (value === undefined || isMark(value)) throw this.damaged();
    return value;
  }

  private pop(): Pickled {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  private popMany(count: number): Pickled[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  private popToMark(): Pickled[] {
    const mark = this.stack.findLastIndex(isMark);
    if (mark < 0) throw this.damaged();
    return this.stack.splice(mark).slice(1);
  }

  private refuse(received: string): HeddleError {
    return new HeddleError({
      who: this.name,
      expected: "a pickle of numbers, texts, lists and NumPy's arrays",
      received: `${received}, and nothing in a pickle is ever called`,
      next: "Save its arrays in Python with numpy.savez_compressed(path, x_train=…, y_train=…).",
    });
  }

  private damaged(received = "a damaged one"): HeddleError {
    const next = "Download or copy the file again.";
    return new HeddleError({ who: this.name, expected: "a whole pickle", received, next });
  }
}

const STOP = 0x2e;

function isMark(value: Pickled): boolean {
  return value instanceof Value && value.kind === "mark";
}
