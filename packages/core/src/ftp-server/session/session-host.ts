/** What a session needs of the server that it runs in. */
import type { BufferPool, PassivePorts, Vigil } from "../../net/index.ts";
import type { NameCodec } from "../../protocol/index.ts";
import type { FtpServerEvents } from "../events.ts";
import type { LoginThrottle } from "../login-throttle.ts";
import type { ListenerTls } from "../listener-tls.ts";
import type { ResolvedOptions } from "../options.ts";
import type { Session } from "./session.ts";

/** The server, as its sessions see it. */
export interface SessionHost {
  readonly options: ResolvedOptions;
  readonly buffers: BufferPool;
  readonly throttle: LoginThrottle;
  /** Keeps the event loop awake between the commands of a brisk client. */
  readonly vigil: Vigil;
  /** TLS of the listener that a session came in by; undefined when it has none. */
  readonly tls: ListenerTls | undefined;
  /** The charset of names where they are not in UTF-8; undefined when they are always. */
  readonly nameCodec: NameCodec | undefined;
  /** Whether sessions begin in that charset. */
  readonly startsInCodec: boolean;
  /** The passive ports of the listener that a session came in by. */
  readonly passivePorts: PassivePorts;
  /** The port of the listener that a session came in by. */
  readonly listenerPort: number;
  /** All sessions of the server, this one among them. */
  sessions(): Iterable<Session>;
  /** The IPv4 address that PASV tells this client; undefined is the one it connected to. */
  externalAddress(client: string): Promise<string | undefined>;
  /** Tells the application. Listeners that throw are its own fault and are told as a `server-error`. */
  tell<K extends keyof FtpServerEvents>(event: K, payload: FtpServerEvents[K][0]): void;
  /** Whether anybody listens to this event. */
  hears(event: keyof FtpServerEvents): boolean;
  /** Tells a fault of the application or the machine. */
  fault(doing: string, cause: unknown, session?: string): void;
  /** A session is over; nothing of it is left. */
  ended(session: Session): void;
}
