/** The class every object was in under one policy, as changes: eleven bytes each, so that millions of them are held. */

const FIRST_CAPACITY = 1024;

/** Collects changes in any order of objects; those of one object come in the order of their days. */
export class ClassPath {
  #objects = new Int32Array(FIRST_CAPACITY);
  #days = new Int32Array(FIRST_CAPACITY);
  #classes = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** To be handed to a replay as its `onClass`. */
  readonly record = (object: number, day: number, storageClass: number): void => {
    if (this.#length === this.#objects.length) this.#grow();
    this.#objects[this.#length] = object;
    this.#days[this.#length] = day;
    this.#classes[this.#length] = storageClass;
    this.#length += 1;
  };

  /** Changes sorted by object, then in the order recorded. */
  byObject(objects: number): SortedPath {
    const start = new Int32Array(objects + 1);
    for (let index = 0; index < this.#length; index += 1) {
      const slot = (this.#objects[index] ?? 0) + 1;
      start[slot] = (start[slot] ?? 0) + 1;
    }
    for (let object = 0; object < objects; object += 1)
      start[object + 1] = (start[object + 1] ?? 0) + (start[object] ?? 0);
    const next = start.slice();
    const day = new Int32Array(this.#length);
    const storageClass = new Uint8Array(this.#length);
    for (let index = 0; index < this.#length; index += 1) {
      const object = this.#objects[index] ?? 0;
      const at = next[object] ?? 0;
      next[object] = at + 1;
      day[at] = this.#days[index] ?? 0;
      storageClass[at] = this.#classes[index] ?? 0;
    }
    return { start, day, storageClass };
  }

  #grow(): void {
    const capacity = this.#objects.length * 2;
    const objects = new Int32Array(capacity);
    objects.set(this.#objects);
    this.#objects = objects;
    const days = new Int32Array(capacity);
    days.set(this.#days);
    this.#days = days;
    const classes = new Uint8Array(capacity);
    classes.set(this.#classes);
    this.#classes = classes;
  }
}

/** Changes of object `o` are entries `start[o]` to `start[o + 1]`. */
export interface SortedPath {
  readonly start: Int32Array;
  readonly day: Int32Array;
  readonly storageClass: Uint8Array;
}

/** Whether the change at `index` still holds at the end of its day: no later one of the same object and day. */
export function holdsOvernight(path: SortedPath, object: number, index: number): boolean {
  return index + 1 >= (path.start[object + 1] ?? 0) || path.day[index + 1] !== path.day[index];
}
