/** How fast one transfer may go: the limits of its own, of its client and of its pool, all obeyed. */
import { BandwidthLimit, type BandwidthClaim } from "./bandwidth-limit.ts";

/** Octets a second, a limit that others share, or several that all apply. */
export type Bandwidth = number | BandwidthLimit | readonly (number | BandwidthLimit)[];

/** The limits that are meant; a number is one of its own. @throws RangeError for a number that is no rate. */
export function bandwidthLimits(bandwidth: Bandwidth | undefined): readonly BandwidthLimit[] {
  if (bandwidth === undefined) return [];
  const given = typeof bandwidth === "number" || bandwidth instanceof BandwidthLimit ? [bandwidth] : bandwidth;
  return given.map((each) => (typeof each === "number" ? new BandwidthLimit(each) : each));
}

/** The pace of one transfer; undefined where nothing limits it. */
export function paceOf(limits: readonly BandwidthLimit[]): Pace | undefined {
  return limits.length === 0 ? undefined : new Pace(limits);
}

/** What a pump asks how fast it may go. */
export class Pace {
  /** Octets of one read or write that suit all limits. */
  readonly piece: number;
  readonly #claims: readonly BandwidthClaim[];
  #paid: Promise<void> | undefined;

  /** @param limits - One that stands twice counts once. */
  constructor(limits: readonly BandwidthLimit[]) {
    const each = [...new Set(limits)];
    this.piece = Math.min(...each.map(({ piece }) => piece));
    this.#claims = each.map((limit) => limit.claim());
  }

  /**
   * Tells of octets that move. What is told while others are waited for is waited for as well.
   *
   * @returns When the transfer may go on; undefined for at once.
   */
  spend(octets: number): Promise<void> | undefined {
    for (const claim of this.#claims) claim.spend(octets);
    if (this.#paid === undefined && this.#unpaid() !== undefined) this.#paid = this.#settle();
    return this.#paid;
  }

  /** The transfer is over: who waits goes on at once. */
  close(): void {
    for (const claim of this.#claims) claim.drop();
  }

  #unpaid(): Promise<void> | undefined {
    return this.#claims.find(({ paid }) => paid !== undefined)?.paid;
  }

  async #settle(): Promise<void> {
    for (let unpaid = this.#unpaid(); unpaid !== undefined; unpaid = this.#unpaid()) await unpaid;
    this.#paid = undefined;
  }
}
