/** A listing by several requests at a time. Whoever lists a long range cuts it where others have nothing to do. */
import { type KeyRange, compareKeys } from "../../core/key-range.ts";
import type { ListedObject, ListedRange, ListInput, ListRangesInput } from "../../ports/object-store.ts";
import { splitRange } from "./key-ranges.ts";
import { type Page, type PageInput, listPage } from "./list.ts";
import type { Requests } from "./request.ts";

type ObjectsPage = readonly ListedObject[];

/** Pages of a range before it is cut: looking for cuts costs requests that a short range is done in. */
const PAGES_BEFORE_CUT = 4;
/** Pages that wait for the reader. */
const READY_PAGES = 2;

export async function* listInParallel(
  requests: Requests,
  { startAfter = "", ...input }: ListInput,
): AsyncGenerator<ObjectsPage, void, undefined> {
  const ranges = [{ after: startAfter, upTo: null }];
  for await (const { objects } of listRanges(requests, { ...input, ranges })) if (objects.length > 0) yield objects;
}

/** Every key of the ranges once, each page with the stretch that it is all of. */
export async function* listRanges(
  requests: Requests,
  input: ListRangesInput,
): AsyncGenerator<ListedRange, void, undefined> {
  const listing = new ParallelListing(requests, input);
  try {
    yield* listing.pages();
  } finally {
    await listing.stop();
  }
}

class ParallelListing {
  readonly #requests: Requests;
  readonly #prefix: string;
  readonly #workers: number;
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  readonly #ranges: KeyRange[];
  readonly #pages: ListedRange[] = [];
  readonly #done: Promise<void>;
  #busy = 0;
  #finished = false;
  #failure: { readonly error: unknown } | null = null;
  #changed = Promise.withResolvers<void>();

  constructor(requests: Requests, input: ListRangesInput) {
    this.#requests = requests;
    this.#prefix = input.prefix ?? "";
    this.#workers = requests.settings.listConcurrency;
    this.#signal = input.signal ? AbortSignal.any([input.signal, this.#ended.signal]) : this.#ended.signal;
    this.#ranges = [...(input.ranges ?? [{ after: "", upTo: null }])];
    const workers = Array.from({ length: this.#workers }, async () => this.#work());
    this.#done = this.#finish(workers);
  }

  async #finish(workers: readonly Promise<void>[]): Promise<void> {
    await Promise.all(workers);
    this.#finished = true;
    this.#notify();
  }

  async *pages(): AsyncGenerator<ListedRange, void, undefined> {
    for (;;) {
      const page = this.#pages.shift();
      if (page) {
        this.#notify();
        yield page;
      } else if (this.#failure) {
        throw this.#failure.error;
      } else if (this.#finished) {
        return;
      } else {
        await this.#changed.promise;
      }
    }
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    this.#notify();
    await this.#done;
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  async #work(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const range = this.#ranges.shift();
      if (range) {
        await this.#takeOn(range);
      } else if (this.#busy === 0) {
        return;
      } else {
        await this.#changed.promise;
      }
    }
  }

  /** The first failure is the listing's; it ends the others. */
  async #takeOn(range: KeyRange): Promise<void> {
    this.#busy += 1;
    try {
      await this.#listRange(range);
    } catch (error) {
      this.#failure ??= { error };
      this.#ended.abort();
    } finally {
      this.#busy -= 1;
      this.#notify();
    }
  }

  async #listRange(start: KeyRange): Promise<void> {
    let range = start;
    let token: string | null = null;
    let pagesToCut = PAGES_BEFORE_CUT;
    for (;;) {
      const page: Page = await this.#list({ prefix: this.#prefix, startAfter: range.after, token });
      const objects = cutAbove(page.objects, range.upTo);
      const last = page.objects.at(-1)?.key;
      const isLast = page.token === null || objects.length < page.objects.length || last === range.upTo;
      await this.#hand({ after: range.after, upTo: isLast ? range.upTo : (last ?? range.after), objects });
      if (isLast) return;
      token = page.token;
      range = { after: last ?? range.after, upTo: range.upTo };
      pagesToCut -= 1;
      if (pagesToCut > 0 || this.#ranges.length > 0 || this.#busy >= this.#workers) continue;
      if (await this.#cut(range)) return;
      pagesToCut = PAGES_BEFORE_CUT;
    }
  }

  /** Gives the parts of a range to whoever is free, each as soon as it is found. @returns whether there are any. */
  async #cut(range: KeyRange): Promise<boolean> {
    let isCut = false;
    const list = async (input: PageInput): Promise<Page> => this.#list(input);
    for await (const part of splitRange(list, this.#prefix, range, this.#workers * 2)) {
      if (!isCut && part.upTo === range.upTo) return false;
      isCut = true;
      this.#ranges.push(part);
      this.#notify();
    }
    return isCut;
  }

  async #list(input: PageInput): Promise<Page> {
    return listPage(this.#requests, { ...input, signal: this.#signal });
  }

  /** Waits while the reader is behind: then each worker has one page more in its hands, and memory stays bounded. */
  async #hand(listed: ListedRange): Promise<void> {
    while (this.#pages.length >= READY_PAGES && !this.#signal.aborted) await this.#changed.promise;
    this.#pages.push(listed);
    this.#notify();
  }
}

function cutAbove(objects: ObjectsPage, upTo: string | null): ObjectsPage {
  const last = objects.at(-1);
  if (upTo === null || !last || compareKeys(last.key, upTo) <= 0) return objects;
  return objects.filter(({ key }) => compareKeys(key, upTo) <= 0);
}
