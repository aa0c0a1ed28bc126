/**
 * A network with 20 ms delay, 5 % loss and 1 % duplication each way: netem in a network namespace of the test's own, or,
 * where the kernel has no netem or the machine cannot make namespaces, relays of the project's own.
 */
import { run } from "../interop/processes.ts";
import { seeded } from "../../packages/core/test/support/seeded.ts";
import { ImpairedRelay, type Impairment } from "./impaired-relay.ts";

/** A network that loses packets. */
export interface LossyNetwork {
  /** What loses, in words. */
  readonly how: string;
  /** A command that runs a program in the network; empty where it runs anyhow. */
  readonly through: readonly string[];
  /** Where a client in the network finds a server. */
  reach(host: string, port: number): Promise<{ readonly host: string; readonly port: number }>;
  /** Packets that were lost so far. */
  lost(): Promise<number>;
  close(): Promise<void>;
}

const line = { delay: 20, loss: 0.05, duplication: 0.01 };

/** Makes one. @param say - Is told where it cannot be netem. */
export async function makeLossyNetwork(say: (text: string) => void): Promise<LossyNetwork> {
  try {
    return await makeNetem();
  } catch (error) {
    const reason =
      error instanceof Error
        ? (error.message.split("\n").find((text) => /error|denied/i.test(text)) ?? error.message)
        : "";
    say(`No network namespace with netem can be made on this machine (${reason.trim()}).\n`);
    say("A relay of the project's own loses, doubles and delays instead.\n");
    return new RelayedNetwork({ ...line, random: seeded(20_260_101) });
  }
}

/** Makes one of netem. @throws Error where the machine cannot; nothing is left of it then. */
export async function makeNetem(): Promise<LossyNetwork> {
  const name = `twinport-${process.pid}`;
  try {
    return await makeNamespace(name);
  } catch (error) {
    await run("ip", ["netns", "delete", name], { mayFail: true }).catch(() => undefined);
    throw error;
  }
}

/** Loopback passes its queue once a packet, so that the queue's figures hold each way. */
async function makeNamespace(name: string): Promise<LossyNetwork> {
  await run("ip", ["netns", "add", name]);
  await run("ip", ["-n", name, "link", "set", "lo", "up"]);
  // Programs that ask for families in use (AI_ADDRCONFIG) do not count 127.0.0.1 as one: tftpd-hpa would not start.
  await run("ip", ["-n", name, "address", "add", "192.0.2.1/32", "dev", "lo"]);
  const netem = ["delay", `${line.delay}ms`, "loss", `${line.loss * 100}%`, "duplicate", `${line.duplication * 100}%`];
  await run("tc", ["-n", name, "qdisc", "add", "dev", "lo", "root", "netem", "limit", "10000", ...netem]);
  return {
    how: "netem",
    through: ["ip", "netns", "exec", name],
    reach: async (host, port) => ({ host, port }),
    lost: async () => {
      const { stdout } = await run("tc", ["-n", name, "-s", "qdisc", "show", "dev", "lo"]);
      return Number(/dropped (\d+)/.exec(stdout)?.[1] ?? 0);
    },
    close: async () => {
      await run("ip", ["netns", "delete", name]);
    },
  };
}

class RelayedNetwork implements LossyNetwork {
  readonly how = "a relay";
  readonly through: readonly string[] = [];
  readonly #impairment: Impairment;
  readonly #relays = new Map<string, Promise<ImpairedRelay>>();

  constructor(impairment: Impairment) {
    this.#impairment = impairment;
  }

  async reach(host: string, port: number): Promise<{ readonly host: string; readonly port: number }> {
    const key = `${host} ${port}`;
    const relay = this.#relays.get(key) ?? ImpairedRelay.open({ host, port }, this.#impairment);
    this.#relays.set(key, relay);
    return { host: "127.0.0.1", port: (await relay).port };
  }

  async lost(): Promise<number> {
    const relays = await Promise.all(this.#relays.values());
    return relays.reduce((sum, { counts }) => sum + counts.lost, 0);
  }

  async close(): Promise<void> {
    for (const relay of await Promise.all(this.#relays.values())) relay.close();
  }
}
