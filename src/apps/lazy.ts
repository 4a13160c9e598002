/** Ports that are opened when they are first used, so that a command loads and touches only what it needs. */

export interface Lazy<T> {
  readonly port: T;
  /** Closes what was opened; nothing where nothing was. */
  close(): Promise<void>;
}

/**
 * @param streams names of the methods that give an AsyncIterable; every other method must give a promise.
 */
export function lazyPort<T extends AsyncDisposable>(
  open: () => Promise<T>,
  streams: readonly (keyof T & string)[] = [],
): Lazy<T> {
  let opened: Promise<T> | null = null;
  const get = (): Promise<T> => (opened ??= open());
  const close = async (): Promise<void> => {
    const closing = opened;
    opened = null;
    if (!closing) return;
    // A port that could not be opened has told its user already, and there is nothing to close.
    const port = await closing.catch(() => null);
    await port?.[Symbol.asyncDispose]();
  };
  const names = new Set<string>(streams);
  const handler: ProxyHandler<object> = {
    get(_target, name) {
      if (name === Symbol.asyncDispose || name === "close") return close;
      // Not a thenable: a port may be the value of a promise.
      if (typeof name === "symbol" || name === "then") return undefined;
      return names.has(name)
        ? (...args: readonly unknown[]) => streamed(get, name, args)
        : async (...args: readonly unknown[]) => call(await get(), name, args);
    },
  };
  // The proxy answers every method of T by forwarding it: the type system can't see that.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { port: new Proxy({}, handler) as T, close };
}

function call(port: object, name: string, args: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(port, name);
  if (typeof method !== "function") throw new TypeError(`the port has no method ${name}`);
  return Reflect.apply(method, port, args);
}

async function* streamed(get: () => Promise<object>, name: string, args: readonly unknown[]): AsyncGenerator {
  const stream = call(await get(), name, args);
  if (!isAsyncIterable(stream)) throw new TypeError(`${name} gives no stream`);
  yield* stream;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
