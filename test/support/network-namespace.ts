/** A network of a test's own: a namespace of the kernel, in which every port is free. Needs root on Linux, and `ip`. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { run } from "../interop/processes.ts";

/** Where our server is reached, in any such network. */
export const serverAddress = "10.99.0.1";

/** How a virtual machine is joined to a network. */
export interface GuestNetwork {
  /** A tap of the namespace, with our server's address; or qemu's own network, routed to it. */
  readonly kind: "tap" | "user";
  /** qemu's options for the machine's one card, of this model. */
  readonly card: (model: string, more?: string) => readonly string[];
  /** For a machine that asks no DHCP server. */
  readonly guest: { readonly address: string; readonly netmask: string; readonly gateway: string };
}

/** The card's address on the wire. */
export const cardAddress = "52:54:00:99:00:02";

/** Why this machine makes no network of a test's own; undefined where it does. */
export function namespacesMissing(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "network namespaces need root on Linux";
  const name = `twinport-probe-${process.pid}`;
  const { status, stderr, error } = spawnSync("ip", ["netns", "add", name], { encoding: "utf8" });
  if (status !== 0) return `no network namespace can be made: ${(error?.message ?? stderr).trim()}`;
  spawnSync("ip", ["netns", "delete", name]);
  return undefined;
}

/** A network namespace. */
export class NetworkNamespace {
  readonly #name: string;

  private constructor(name: string) {
    this.#name = name;
  }

  /** Makes one, with its loopback. @throws Error where that cannot be. */
  static async make(): Promise<NetworkNamespace> {
    const made = new NetworkNamespace(`twinport-${process.pid}-${Date.now().toString(36)}`);
    await run("ip", ["netns", "add", made.#name]);
    await made.#ip("link", "set", "lo", "up");
    return made;
  }

  /** What stands before a command that runs in it. */
  get within(): readonly string[] {
    return ["ip", "netns", "exec", this.#name];
  }

  /** Lets multicast travel on its loopback. */
  async addMulticast(): Promise<void> {
    await this.#ip("link", "set", "lo", "multicast", "on");
    await this.#ip("route", "add", "239.0.0.0/8", "dev", "lo", "src", "127.0.0.1");
  }

  /** Octets that went over its loopback, headers included. */
  async loopbackOctets(): Promise<number> {
    const { stdout } = await run("ip", ["-n", this.#name, "-s", "-j", "link", "show", "lo"]);
    const [device] = JSON.parse(stdout) as readonly { readonly stats64: { readonly rx: { readonly bytes: number } } }[];
    return device?.stats64.rx.bytes ?? 0;
  }

  /** Gives our server its addresses, and tells how guests reach them. @param more - Addresses beside the usual one. */
  async addGuestNetwork(more: readonly string[]): Promise<GuestNetwork> {
    const addresses = [serverAddress, ...more];
    if (process.env["TWINPORT_NO_TAP"] === undefined && existsSync("/dev/net/tun")) {
      const tap = await run("ip", ["-n", this.#name, "tuntap", "add", "tap0", "mode", "tap"], { mayFail: true });
      if (tap.code === 0) {
        await this.#ip("link", "set", "tap0", "up");
        await this.#addAddresses(addresses, "tap0", { v4: 24, v6: 64 });
        return {
          kind: "tap",
          card: (model, more = "") => [
            ...["-netdev", "tap,id=net,ifname=tap0,script=no,downscript=no"],
            ...["-device", `${model},netdev=net,mac=${cardAddress}${more}`],
          ],
          guest: { address: "10.99.0.2", netmask: "255.255.255.0", gateway: serverAddress },
        };
      }
    }
    // qemu answers TFTP to its own address itself: our server has one beyond it, on the loopback.
    await this.#addAddresses(addresses, "lo", { v4: 32, v6: 128 });
    return {
      kind: "user",
      card: (model, more = "") => [
        ...["-netdev", `user,id=net,net=10.98.0.0/24,bootfile=tftp://${serverAddress}/boot.ipxe`],
        ...["-device", `${model},netdev=net,mac=${cardAddress}${more}`],
      ],
      guest: { address: "10.98.0.15", netmask: "255.255.255.0", gateway: "10.98.0.2" },
    };
  }

  /** Removes it. What runs in it is to be stopped before. */
  async remove(): Promise<void> {
    await run("ip", ["netns", "delete", this.#name], { mayFail: true });
  }

  async #addAddresses(
    addresses: readonly string[],
    device: string,
    prefix: { readonly v4: number; readonly v6: number },
  ): Promise<void> {
    for (const address of addresses) {
      // Without the search for duplicates an IPv6 address can be listened on at once.
      if (address.includes(":")) await this.#ip("address", "add", `${address}/${prefix.v6}`, "dev", device, "nodad");
      else await this.#ip("address", "add", `${address}/${prefix.v4}`, "dev", device);
    }
  }

  async #ip(...args: readonly string[]): Promise<void> {
    await run("ip", ["-n", this.#name, ...args]);
  }
}
