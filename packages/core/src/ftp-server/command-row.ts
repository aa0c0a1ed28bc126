/** The server's half of a verb; its wire half is the row of the verb catalogue (protocol/ftp/verbs.ts). */
import type { Permission } from "../accounts/index.ts";
import type { StorageAbility } from "../storage/index.ts";
import type { Session } from "./session/session.ts";

/** What the server needs to run a verb. */
export interface CommandRow<T> {
  /** When in a session's life it may come. Default `after-login`. */
  readonly phase?: "any" | "after-login";
  /** Whether the verb is there for this session: without it, it is. One that is not is answered 502 and left out of FEAT. */
  readonly offered?: (session: Session) => boolean;
  /** What the account must be allowed to do. Verbs whose permission depends on the file ask for it themselves. */
  readonly permission?: Permission;
  /** `abort`: ends the running transfer, and is next in the queue. `status`: without an argument, it is answered at once. */
  readonly overtakes?: "abort" | "status";
  /** The verb that must have come directly before, with success. */
  readonly after?: "RNFR";
  /** The ability that the account's storage must have. */
  readonly ability?: StorageAbility;
  /** Its line in FEAT, where that depends on the session; undefined for none. */
  readonly feature?: (session: Session) => string | undefined;
  /**
   * Does it, and replies. Throws for every refusal: the reply is made from the error.
   *
   * @param session - The session that the command came in.
   * @param argument - The parsed argument.
   */
  handle(session: Session, argument: T): void | Promise<void>;
}
