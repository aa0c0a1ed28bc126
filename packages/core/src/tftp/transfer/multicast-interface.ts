/** Which of the machine's networks multicast goes to, or comes from. */
import { createSocket } from "node:dgram";
import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * The network interface of an address of this machine, as `node:dgram` wants it named: for IPv4 by the address, for IPv6 as
 * `::%eth0`. Undefined leaves the choice to the system.
 */
export function multicastInterface(address: string): string | undefined {
  if (isIPv4(address)) return address;
  const zone = address.split("%")[1];
  const there = Object.entries(networkInterfaces()).find(([, all = []]) => all.some((one) => one.address === address));
  const name = zone ?? there?.[0];
  return name === undefined ? undefined : `::%${name}`;
}

/** The address of this machine from which it reaches another; nothing is sent. @throws Error of the system. */
export async function localAddressTowards(address: string, port: number): Promise<string> {
  const socket = createSocket(isIPv4(address) ? "udp4" : "udp6");
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.connect(port, address, () => resolve());
    });
    return socket.address().address;
  } finally {
    socket.close();
  }
}
