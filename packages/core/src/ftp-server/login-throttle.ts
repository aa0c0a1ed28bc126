/**
 * The growing delay of failed logins (RFC 2577 §5), counted by address so that connecting again does not start it afresh.
 * A success clears the address; an address that was quiet for a while is forgotten.
 */

/** Milliseconds of quiet after which an address's failures are forgotten. */
export const throttleMemory = 300_000;
/** Addresses that are remembered; the longest quiet one goes first. */
export const throttleAddresses = 10_000;

interface Failures {
  count: number;
  last: number;
}

/** Counts failed logins and tells how long to wait. */
export class LoginThrottle {
  readonly #first: number;
  readonly #most: number;
  readonly #byAddress = new Map<string, Failures>();

  /**
   * @param first - Milliseconds of the first delay.
   * @param most - Milliseconds that the delay stops at.
   */
  constructor(first: number, most: number) {
    this.#first = first;
    this.#most = most;
  }

  /**
   * Notes a failed login.
   *
   * @param now - The time in milliseconds.
   * @returns Milliseconds to wait before it is answered.
   */
  failed(address: string, now: number): number {
    const before = this.#byAddress.get(address);
    const count = before === undefined || now - before.last > throttleMemory ? 1 : before.count + 1;
    // Deleted and set again, so that the map's order is that of the last failure.
    this.#byAddress.delete(address);
    this.#byAddress.set(address, { count, last: now });
    if (this.#byAddress.size > throttleAddresses) {
      const oldest = this.#byAddress.keys().next();
      if (oldest.done !== true) this.#byAddress.delete(oldest.value);
    }
    return Math.min(this.#most, this.#first * 2 ** Math.min(count - 1, 30));
  }

  /** Notes a login that succeeded. */
  succeeded(address: string): void {
    if (this.#byAddress.size > 0) this.#byAddress.delete(address);
  }
}
