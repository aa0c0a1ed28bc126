/** The groups of a server: who asks for the same file, in the same blocks, at the same address, shares one (RFC 2090). */
import type { RemoteInfo } from "node:dgram";
import { multicastBlockLimit, type MulticastGroup } from "../../../protocol/index.ts";
import type { VirtualPath } from "../../../storage/index.ts";
import { multicastInterface } from "../../transfer/multicast-interface.ts";
import { openUdpSocket } from "../../transfer/udp-socket.ts";
import type { AskedSocket, RequestHost } from "../served-request.ts";
import { versionOf, type FileVersion } from "./block-source.ts";
import type { ResolvedMulticast } from "./multicast-options.ts";
import { ServedGroup } from "./served-group.ts";

/** What a client wants. */
export interface GroupRequest {
  readonly path: VirtualPath;
  /** Octets of a block. */
  readonly blockSize: number;
  readonly asked: AskedSocket;
  readonly peer: RemoteInfo;
}

/** What groups need of their server. */
export type GroupsHost = Pick<RequestHost, "options" | "counters" | "tell">;

/** The groups. */
export class MulticastGroups {
  readonly #host: GroupsHost;
  readonly #options: ResolvedMulticast;
  readonly #groups = new Map<string, Promise<ServedGroup | undefined>>();
  readonly #taken = new Set<MulticastGroup>();

  constructor(host: GroupsHost, options: ResolvedMulticast) {
    this.#host = host;
    this.#options = options;
  }

  /**
   * The group for a client, to be joined at once.
   *
   * @returns undefined where there can be none: then the answer leaves the option out, and the file goes to this client
   *   alone. So it is with files of more than 65,535 blocks: their numbers would come again, and name no place.
   * @throws StorageError for a file that is gone.
   */
  async find(request: GroupRequest, signal: AbortSignal): Promise<ServedGroup | undefined> {
    const { path, blockSize, asked, peer } = request;
    const { options } = this.#host;
    if (asked.family !== this.#options.family) return undefined;
    const version = await versionOf(options.storage, path, signal);
    if (Math.floor(version.size / blockSize) + 1 > multicastBlockLimit) return undefined;
    const key = JSON.stringify([path, version.key, blockSize, asked.address]);
    let opening = this.#groups.get(key);
    if (opening === undefined) {
      const place = this.#options.places.find((one) => !this.#taken.has(one));
      if (place === undefined || this.#taken.size >= options.limits.multicastGroups) return undefined;
      this.#taken.add(place);
      opening = this.#open(key, place, version, request);
      this.#groups.set(key, opening);
    }
    const group = await opening;
    if (group === undefined || group.over || signal.aborted) {
      group?.closeUnused();
      return undefined;
    }
    return group.size < options.limits.multicastClients && !group.has(peer) ? group : undefined;
  }

  /** Never rejects: without a socket there is no group. */
  async #open(
    key: string,
    place: MulticastGroup,
    version: FileVersion,
    { path, blockSize, asked: { address, family } }: GroupRequest,
  ): Promise<ServedGroup | undefined> {
    const ended = (): void => {
      this.#groups.delete(key);
      this.#taken.delete(place);
    };
    const { counters, options } = this.#host;
    try {
      const socket = await openUdpSocket({ address, family, port: 0, receiveBuffer: 0 });
      try {
        const network = multicastInterface(this.#options.interface ?? address);
        if (network !== undefined) socket.setMulticastInterface(network);
        socket.setMulticastTTL(this.#options.ttl);
        // Clients on this machine are clients as well.
        socket.setMulticastLoopback(true);
      } catch (error) {
        socket.close();
        throw error;
      }
      return new ServedGroup({
        socket,
        place,
        storage: options.storage,
        path,
        version,
        blockSize,
        turns: options.limits.multicastTurns,
        foreign: () => counters.foreign++,
        ended,
      });
    } catch (cause) {
      ended();
      this.#host.tell("server-error", { doing: "opening a multicast group", cause });
      return undefined;
    }
  }
}
