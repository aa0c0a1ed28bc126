/** What the operations of a client share. */
import type { BufferPool } from "../net/index.ts";
import type { ModeCode, StructureCode } from "../protocol/index.ts";
import type { ControlConnection } from "./control-connection.ts";
import type { DataConnector } from "./data-connection.ts";
import type { ProgressEvent } from "./events.ts";
import type { ResolvedClientOptions } from "./options.ts";
import type { ServerZone } from "./server-zone.ts";

/** What the operations of a client share. */
export interface ClientContext {
  readonly control: ControlConnection;
  readonly options: ResolvedClientOptions;
  readonly data: DataConnector;
  readonly buffers: BufferPool;
  readonly features: ReadonlyMap<string, string>;
  /** What was learnt of the session so far. */
  readonly known: {
    /** The representation type that the server was told last, as TYPE's argument. */
    type: string | undefined;
    structure: StructureCode;
    mode: ModeCode;
    /** MODE Z's effort, as OPTS told it. */
    deflateLevel: number | undefined;
    /** MLSD was offered and then refused. */
    noMlsd: boolean;
    readonly zone: ServerZone;
  };
  warn(message: string): void;
  progress(event: ProgressEvent): void;
}
