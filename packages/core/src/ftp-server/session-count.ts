/** Sessions in all and per address: the two built-in limits that are decided before the greeting. */

/** Counts sessions against their limits. */
export class SessionCount {
  readonly #most: number;
  readonly #mostPerAddress: number;
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  /**
   * @param most - Sessions in all.
   * @param mostPerAddress - Sessions from one address.
   */
  constructor(most: number, mostPerAddress: number) {
    this.#most = most;
    this.#mostPerAddress = mostPerAddress;
  }

  /** Counts a session in. @returns Why it is refused, or undefined. */
  enter(address: string): string | undefined {
    if (this.#all >= this.#most) return "Too many sessions; try again later";
    const own = this.#byAddress.get(address) ?? 0;
    if (own >= this.#mostPerAddress) return "Too many sessions from your address; try again later";
    this.#byAddress.set(address, own + 1);
    this.#all++;
    return undefined;
  }

  /** Counts a session out. */
  leave(address: string): void {
    const own = (this.#byAddress.get(address) ?? 1) - 1;
    if (own <= 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, own);
    this.#all--;
  }
}
