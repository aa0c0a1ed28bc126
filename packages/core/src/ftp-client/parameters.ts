/** Transfer parameters, told to the server only when they change. */
import type { ClientContext } from "./client-context.ts";
import { FtpReplyError } from "./errors.ts";

/** Makes sure of the representation type. @throws FtpReplyError. */
export async function setType(context: ClientContext, type: "A" | "I"): Promise<void> {
  if (context.known.type === type) return;
  const reply = await context.control.command("TYPE", type);
  if (reply.code >= 300) throw new FtpReplyError(`Setting the type to ${type}`, reply, "TYPE");
  context.known.type = type;
}
