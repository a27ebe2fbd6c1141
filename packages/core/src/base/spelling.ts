/**
 * The spellings of a class's name that options complete: `HeNormal`, `heNormal` and `he_normal`; a name that begins with
 * several capitals in lower case: `SGD`, `sgd`.
 */
export type Spelling<Name extends string> = Name | CamelCase<Name> | SnakeCase<CamelCase<Name>>;

/** `HeNormal` → `heNormal`; `SGD` → `sgd`. */
export type CamelCase<Name extends string> = Name extends `${Capital}${Capital}${string}`
  ? Lowercase<Name>
  : Uncapitalize<Name>;

/** `heNormal` → `he_normal`. */
export type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Capital ? `_${Lowercase<First>}` : First}${SnakeCase<Rest>}`
  : Name;

type Capital =
  | "A"
  | "B"
  | "C"
  | "D"
  | "E"
  | "F"
  | "G"
  | "H"
  | "I"
  | "J"
  | "K"
  | "L"
  | "M"
  | "N"
  | "O"
  | "P"
  | "Q"
  | "R"
  | "S"
  | "T"
  | "U"
  | "V"
  | "W"
  | "X"
  | "Y"
  | "Z";
