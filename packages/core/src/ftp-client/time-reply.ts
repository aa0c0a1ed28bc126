/** What MDTM is answered with (RFC 3659 §3). */
import { parseTimeValue, type ReceivedReply } from "../protocol/index.ts";

/** The time that a reply tells, in milliseconds since 1970-01-01 UTC; undefined when it tells none. */
export function timeOfReply({ code, text }: Pick<ReceivedReply, "code" | "text">): number | undefined {
  return code === 213 ? parseTimeValue(text.trim()) : undefined;
}
