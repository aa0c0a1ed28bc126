/** What both pumps take. */
import type { Pace } from "./bandwidth/index.ts";
import type { BufferPool } from "./buffer-pool.ts";

/** How a pump runs. */
export interface PumpOptions {
  /** Where pumps borrow their buffers. */
  readonly buffers: BufferPool;
  /** Milliseconds without progress of the peer after which the pump fails; 0 is never. */
  readonly stallTimeout: number;
  /** Milliseconds without octets after which a file that perhaps has ended has. Default `quietEnd`. */
  readonly quietEnd?: number;
  /** Called with the octets of each chunk that moved over the connection. */
  readonly onBytes?: ((count: number) => void) | undefined;
  /** How fast the connection may be read or written; the pump closes it. Default: as fast as it can. */
  readonly pace?: Pace | undefined;
  /** Ends the pump with kind `aborted`. */
  readonly signal?: AbortSignal | undefined;
}
