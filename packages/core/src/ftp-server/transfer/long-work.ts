/**
 * Work on files that moves no data over a data connection, and takes its time: hashing, copying.
 *
 * To the session it is a transfer: STAT tells how far it is, ABOR ends it, and so does the end of the session.
 */
import type { Reservation } from "../reservations.ts";
import type { Session } from "../session/session.ts";
import { abortedAsAsked, releaseTransfer, reserveTransfer, untilAborted } from "./transfer.ts";

/** What the work is given. */
export interface LongWork {
  readonly signal: AbortSignal;
  /** To be told how many octets more are done. */
  readonly onBytes: (count: number) => void;
  /** Reserves octets that will be stored, as those of an upload are. To be called once, if at all. */
  reserve(octets: number): Promise<void>;
  /** To be called before what was made is put in its place. @throws the reason of an abort that came before. */
  readonly settle: () => void;
}

/** @throws what the work throws; the reason of the abort when it was aborted. */
export async function longWork<T>(
  session: Session,
  verb: string,
  path: string,
  work: (given: LongWork) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  session.transferred = 0;
  session.moveTransfer({ event: "begin", verb, path, abort });
  session.moveTransfer({ event: "connected", at: performance.now() });
  let reservation: Reservation | undefined;
  let complete = false;
  /** Nobody waits for the work any more, which may go on until it looks at its signal. */
  let over = false;
  /** What was made is being put in its place: an ABOR that comes now is too late. */
  let settled = false;
  try {
    if (session.isAbortWaiting) throw abortedAsAsked();
    const result = await untilAborted(
      abort.signal,
      work({
        signal: abort.signal,
        onBytes: (count) => {
          session.transferred += count;
        },
        reserve: async (octets) => {
          const given = await reserveTransfer(session, { direction: "upload", path, expectedBytes: octets });
          if (over) await releaseTransfer(session, given, false);
          else reservation = given;
        },
        settle: () => {
          abort.signal.throwIfAborted();
          settled = true;
        },
      }),
      ignore,
      () => settled,
    );
    complete = true;
    return result;
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    over = true;
    session.moveTransfer({ event: "end" });
    await releaseTransfer(session, reservation, complete);
  }
}

function ignore(): void {
  // Whoever asked was told that it is aborted.
}
