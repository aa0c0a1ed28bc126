/** Transfer parameters, told to the server only when they change. */
import { formatModeOptions, typeArgument, type DataFormat, type DataFormatOptions } from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { FtpReplyError } from "./errors.ts";

/** Makes sure of type, structure and mode. @throws FtpReplyError when the server has not got them. */
export async function setFormat(context: ClientContext, format: DataFormat, options: DataFormatOptions): Promise<void> {
  const { known } = context;
  const type = typeArgument.format(format.type);
  if (known.type !== type) {
    known.type = undefined;
    await parameter(context, "TYPE", type, `Setting the type to ${type}`);
    known.type = type;
  }
  if (known.structure !== format.structure) {
    await parameter(context, "STRU", format.structure, `Setting the structure to ${format.structure}`);
    known.structure = format.structure;
  }
  // A NetX Duo server goes back to stream mode after each transfer.
  const forgotten = format.mode === "B" && options.blocks === "netx";
  if (known.mode !== format.mode || forgotten) {
    // The connection of the mode before serves no more (RFC 959 §3.3).
    context.data.dropKept();
    await parameter(context, "MODE", format.mode, `Setting the mode to ${format.mode}`);
    known.mode = format.mode;
  }
  if (format.mode === "Z" && known.deflateLevel !== options.deflateLevel) {
    // A wish: servers that choose for themselves may refuse it.
    await context.control.command("OPTS", formatModeOptions({ level: options.deflateLevel }));
    known.deflateLevel = options.deflateLevel;
  }
}

/** Makes sure that listings come as text of octets. @throws FtpReplyError. */
export async function setForListing(context: ClientContext): Promise<void> {
  const { known } = context;
  if (known.structure !== "F") {
    await parameter(context, "STRU", "F", "Setting the structure to F");
    known.structure = "F";
  }
  // A server that was told nothing sends ASCII.
  if (known.type === undefined || known.type === "I" || known.type.startsWith("A")) return;
  await parameter(context, "TYPE", "A", "Setting the type to A");
  known.type = "A";
}

async function parameter(
  context: ClientContext,
  verb: string,
  value: string | undefined,
  tried: string,
): Promise<void> {
  const reply = await context.control.command(verb, value);
  if (reply.code >= 300) throw new FtpReplyError(tried, reply, verb);
}
