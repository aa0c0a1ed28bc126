/** What the operations of a client share. */
import type { BufferPool } from "../net/index.ts";
import type { HashAlgorithm, ModeCode, StructureCode } from "../protocol/index.ts";
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
    /** The representation type that the server has taken last, as TYPE's argument; undefined when none was told. */
    type: string | undefined;
    /** Undefined after a command of the caller's that is not understood here. */
    structure: StructureCode | undefined;
    /** Undefined after block mode as NetX Duo has it: its server goes back to stream mode after some transfers; and as `structure`. */
    mode: ModeCode | undefined;
    /** MODE Z's effort, as OPTS told it. */
    deflateLevel: number | undefined;
    /** MLSD was offered and then refused. */
    noMlsd: boolean;
    /** The working directory; undefined while it was not asked for. */
    directory: string | undefined;
    /** The server does not tell the working directory. */
    hidesDirectory: boolean;
    /** Whether `LIST -a` tells directories themselves; undefined while that is not known. */
    showsDots: boolean | undefined;
    /** Whether the server takes LIST's `-a` for something else than a switch; undefined while that is not known. */
    misreadsAll: boolean | undefined;
    /** Whether listings end with the end of a line; undefined while that is not known. */
    endsLines: boolean | undefined;
    /** The hash that HASH tells, as FEAT marked it or OPTS HASH chose it. */
    hash?: HashAlgorithm | undefined;
    readonly zone: ServerZone;
  };
  warn(message: string): void;
  progress(event: ProgressEvent): void;
  /** Whether anybody listens to it. */
  hearsProgress(): boolean;
}
