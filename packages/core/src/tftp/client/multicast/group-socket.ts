/** The socket that hears a group (RFC 2090): shared with other clients on this machine. */
import type { Socket } from "node:dgram";
import type { MulticastGroup } from "../../../protocol/index.ts";
import { localAddressTowards, multicastInterface } from "../../transfer/multicast-interface.ts";
import { openUdpSocket } from "../../transfer/udp-socket.ts";

/** Octets that the system is asked to hold: the master's pace is not ours. */
const receiveBuffer = 1024 * 1024;

/**
 * Joins a group.
 *
 * @param address - The address of this machine from whose network the blocks come; undefined for the one that reaches the
 *   server.
 * @throws Error of the system when the group cannot be joined.
 */
export async function joinGroup(
  group: MulticastGroup,
  server: { readonly address: string; readonly port: number },
  address: string | undefined,
): Promise<Socket> {
  const family = group.address.includes(":") ? 6 : 4;
  // Windows binds no socket to a group's address; elsewhere that keeps other traffic of the port away.
  const bound = process.platform === "win32" ? undefined : group.address;
  const network = multicastInterface(address ?? (await localAddressTowards(server.address, server.port)));
  const socket = await openUdpSocket({ address: bound, family, port: group.port, receiveBuffer, shared: true });
  try {
    socket.addMembership(group.address, network);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}
