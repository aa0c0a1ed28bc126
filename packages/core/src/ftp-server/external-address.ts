/** Which address PASV tells a client: fixed, resolved again now and then, or by the client's own network. */
import { lookup } from "node:dns/promises";
import { isIP, isIPv4 } from "node:net";
import { Networks } from "../net/index.ts";
import type { PassiveOptions } from "./options.ts";

/** Milliseconds for which a resolved name is used. */
export const externalAddressLifetime = 60_000;

interface Rule {
  readonly network: Networks | undefined;
  readonly target: string;
}

interface Resolved {
  readonly address: string;
  readonly at: number;
}

/** Tells external addresses. */
export class ExternalAddress {
  readonly #rules: readonly Rule[];
  readonly #resolved = new Map<string, Resolved>();
  readonly #fault: (cause: unknown) => void;

  /**
   * @param option - The server's option.
   * @param fault - Told when a name could not be resolved; the last known address is used meanwhile.
   * @throws RangeError for a network that is no CIDR, or an address that is no IPv4 address.
   */
  constructor(option: PassiveOptions["externalAddress"], fault: (cause: unknown) => void) {
    this.#fault = fault;
    const rules: Rule[] = [];
    if (typeof option === "string") rules.push({ network: undefined, target: checked(option) });
    else if (option !== undefined) {
      for (const [cidr, target] of Object.entries(option.networks ?? {})) {
        rules.push({ network: new Networks([cidr], "externalAddress"), target: checked(target) });
      }
      if (option.default !== undefined) rules.push({ network: undefined, target: checked(option.default) });
    }
    this.#rules = rules;
  }

  /**
   * @param client - The client's address.
   * @returns An IPv4 address, or undefined for the one that the client connected to.
   */
  async for(client: string): Promise<string | undefined> {
    if (this.#rules.length === 0) return undefined;
    const rule = this.#rules.find(({ network }) => network === undefined || network.has(client));
    if (rule === undefined) return undefined;
    return isIPv4(rule.target) ? rule.target : this.#resolve(rule.target);
  }

  async #resolve(name: string): Promise<string | undefined> {
    const before = this.#resolved.get(name);
    const now = performance.now();
    if (before !== undefined && now - before.at < externalAddressLifetime) return before.address;
    try {
      const { address } = await lookup(name, { family: 4 });
      this.#resolved.set(name, { address, at: now });
      return address;
    } catch (cause) {
      this.#fault(cause);
      return before?.address;
    }
  }
}

function checked(target: string): string {
  if (isIP(target) === 6) throw new RangeError(`externalAddress: PASV has room for IPv4 only, not for ${target}`);
  if (target === "" || /[\s/]/.test(target)) throw new RangeError(`externalAddress: "${target}" is no address or name`);
  return target;
}
