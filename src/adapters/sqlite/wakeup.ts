/** Waiting that another part of the process can cut short. A wake-up that comes while nobody waits is not lost. */
export class Wakeup {
  #isSet = false;
  #wake: (() => void) | null = null;

  wake(): void {
    if (this.#wake) this.#wake();
    else this.#isSet = true;
  }

  /** Resolves after `ms` of wall time, or when woken: the answer tells whether it was woken. */
  wait(ms: number): Promise<boolean> {
    if (this.#isSet) {
      this.#isSet = false;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const finish = (isWoken: boolean): void => {
        clearTimeout(timer);
        this.#wake = null;
        resolve(isWoken);
      };
      const timer = setTimeout(finish, ms, false);
      this.#wake = () => finish(true);
    });
  }
}
