/** Calls between the page and its worker: a method by its name, an answer by its number, events in between. */

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Message<Event> =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly fault: Fault }
  /** The name of a lock that the worker has for as long as it lives. */
  | { readonly lives: string }
  | { readonly event: Event };

/** An error as it crosses to the page. */
interface Fault {
  readonly name: string;
  readonly message: string;
}

/** Methods as the page calls them: all are asynchronous. */
export type Remote<Service> = {
  readonly [Name in keyof Service]: Service[Name] extends (...args: infer Args) => infer Value
    ? (...args: Args) => Promise<Awaited<Value>>
    : never;
};

/** Answers calls of the page, in a worker. */
export function serve(service: object): void {
  // No event tells a page that its worker has ended. But a lock that nobody lets go goes with its owner.
  const lives = `heddle worker ${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  navigator.locks
    ?.request(lives, () => {
      self.postMessage({ lives });
      return new Promise(() => {});
    })
    .catch(() => {});
  self.addEventListener("message", async ({ data }: MessageEvent<Call>) => {
    const { id, method, args } = data;
    try {
      const work = (service as Record<string, (...args: unknown[]) => unknown>)[method];
      if (!work) throw new Error(`no method ${method}`);
      self.postMessage({ id, value: await work.apply(service, [...args]) });
    } catch (thrown) {
      const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
      self.postMessage({ id, fault: { name, message } });
    }
  });
}

/** Tells the page something that it has not asked for, in a worker. */
export function tell(event: object): void {
  self.postMessage({ event });
}

/**
 * The methods of a worker, on the page.
 *
 * @param died what callers are told when the worker has ended
 */
export function connect<Service, Event>(
  worker: Worker,
  {
    onEvent,
    onDeath,
    died,
  }: { readonly onEvent: (event: Event) => void; readonly onDeath: () => void; readonly died: string },
): Remote<Service> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(reason: Error): void }>();
  let last = 0;
  let death: Error | undefined;
  const die = (reason = "") => {
    death ??= new Error(`${died} ${reason}`.trim());
    for (const { reject } of waiting.values()) reject(death);
    waiting.clear();
    onDeath();
  };
  worker.addEventListener("message", ({ data }: MessageEvent<Message<Event>>) => {
    if ("event" in data) return onEvent(data.event);
    if ("lives" in data) {
      navigator.locks.request(data.lives, () => die()).catch(() => {});
      return;
    }
    const caller = waiting.get(data.id);
    waiting.delete(data.id);
    if ("value" in data) caller?.resolve(data.value);
    else caller?.reject(Object.assign(new Error(data.fault.message), { name: data.fault.name }));
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    die(event.message);
  });
  const call = (method: string, args: readonly unknown[]) =>
    new Promise((resolve, reject) => {
      if (death) return reject(death);
      const id = ++last;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, method, args } satisfies Call);
    });
  return new Proxy({} as Remote<Service>, {
    get: (_, method) => (method === "then" ? undefined : (...args: unknown[]) => call(String(method), args)),
  });
}
