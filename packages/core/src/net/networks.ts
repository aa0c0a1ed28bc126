/** Sets of addresses: single ones, and networks as CIDR writes them. */
import { BlockList, isIP, isIPv4 } from "node:net";

/** Addresses and networks. */
export class Networks {
  readonly #list = new BlockList();

  /**
   * @param members - Addresses (`192.0.2.1`, `::1`) and networks (`10.0.0.0/8`).
   * @param option - What they are for, as the error tells it.
   * @throws RangeError for what is neither.
   */
  constructor(members: readonly string[], option: string) {
    for (const member of members) {
      const slash = member.indexOf("/");
      const address = slash === -1 ? member : member.slice(0, slash);
      const family = isIP(address);
      const most = family === 4 ? 32 : 128;
      const bits = slash === -1 ? String(most) : member.slice(slash + 1);
      if (family === 0 || address.includes("%") || !/^\d{1,3}$/.test(bits) || Number(bits) > most) {
        throw new RangeError(
          `${option}: "${member}" is no address and no network; write it as 192.0.2.1 or 10.0.0.0/8`,
        );
      }
      this.#list.addSubnet(address, Number(bits), family === 4 ? "ipv4" : "ipv6");
    }
  }

  /** Whether an address is in one of them. @param address - As `normaliseAddress` spells it. */
  has(address: string): boolean {
    return isIP(address) !== 0 && this.#list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
  }
}
