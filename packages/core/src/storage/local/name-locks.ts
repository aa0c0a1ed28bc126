/**
 * Changes of what a name stands for, one after the other: to look and then to do is two system calls, and another session
 * may come between the two. Within one storage nobody does; what other processes do is seen, if it came before the look.
 */

/** Who changes which names now, and who waits. */
export class NameLocks {
  /** From a name on the host to the end of the last change that is waited for. */
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs alone among those who name one of these.
   *
   * @param names - Names on the host. All are entered at once, so that nobody waits in a circle.
   */
  async alone<T>(names: readonly string[], run: () => Promise<T>): Promise<T> {
    const before = names.flatMap((name) => this.#last.get(name) ?? []);
    let release = ignore;
    const over = new Promise<void>((resolve) => {
      release = resolve;
    });
    for (const name of names) this.#last.set(name, over);
    try {
      if (before.length > 0) await Promise.all(before);
      return await run();
    } finally {
      for (const name of names) if (this.#last.get(name) === over) this.#last.delete(name);
      release();
    }
  }
}

function ignore(): void {
  // Stands there until the promise has been made.
}
