/** The screens that the address can name. */
export const screens = ["data", "build", "train", "evaluate", "explain", "runs"] as const;
export type Screen = (typeof screens)[number];

/** What the address keeps on every screen: the data and what a training is set to. */
const KEPT = ["data", "recipe", "model", "epochs", "limit", "seed", "threads"] as const;

/** The state in the address: `#/evaluate?truth=6&predicted=0&epochs=2`. Back and reload work as on any page. */
class Route {
  screen = $state<Screen>("train");
  params = $state.raw(new URLSearchParams());

  constructor() {
    this.read();
    addEventListener("hashchange", () => this.read());
  }

  /** A whole number of the address; undefined where there is none. */
  number(name: string): number | undefined {
    const text = this.params.get(name);
    return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
  }

  /** The address of a screen, with what every screen keeps and its own parameters. */
  to(screen: Screen, own: Readonly<Record<string, string | number | undefined>> = {}): string {
    const kept = KEPT.flatMap((name) => {
      const value = this.params.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    const params = new URLSearchParams(kept.map(([name, value]) => [name, value]));
    for (const [name, value] of Object.entries(own)) {
      if (value === undefined || value === "") params.delete(name);
      else params.set(name, String(value));
    }
    const query = params.toString();
    return `#/${screen}${query && `?${query}`}`;
  }

  /** Goes to an address, and knows it at once: the browser's event comes later. */
  go(address: string): void {
    location.hash = address;
    this.read();
  }

  private read(): void {
    const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
    this.screen = screens.find((screen) => screen === path) ?? "train";
    this.params = new URLSearchParams(query);
  }
}

export const route = new Route();
