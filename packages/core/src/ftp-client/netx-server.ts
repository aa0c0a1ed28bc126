/**
 * NetX Duo's server, and what it cannot do. Read from its sources: it is not told of data that comes over EPSV, so that an
 * upload there is stored as an empty file and answered 226. PASV and active connections work.
 */
import type { ReceivedReply } from "../protocol/index.ts";

/** The text of its greeting; an application cannot choose another. */
const greetingText = "Connection Ready";

/** Whether a server is NetX Duo's: by its greeting, and by its having no FEAT. */
export function isNetxServer(greeting: ReceivedReply, featureReply: ReceivedReply): boolean {
  return greeting.text.trim() === greetingText && featureReply.code === 502;
}
