/** Transfer parameters, told to the server only when they change. */
import {
  formatModeOptions,
  typeArgument,
  type DataFormat,
  type DataFormatOptions,
  type ModeCode,
} from "../protocol/index.ts";
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
  await setMode(context, format.mode);
  // A NetX Duo server goes back to stream mode after an upload.
  if (format.mode === "B" && options.blocks === "netx") known.mode = undefined;
  if (format.mode === "Z" && known.deflateLevel !== options.deflateLevel) {
    // A wish: servers that choose for themselves may refuse it.
    await context.control.command("OPTS", formatModeOptions({ level: options.deflateLevel }));
    known.deflateLevel = options.deflateLevel;
  }
}

async function setMode(context: ClientContext, mode: ModeCode): Promise<void> {
  const { data, known } = context;
  if (known.mode === mode) return;
  // The connection of the mode before serves no more (RFC 959 §3.3).
  data.dropKept();
  await parameter(context, "MODE", mode, `Setting the mode to ${mode}`);
  known.mode = mode;
}

/**
 * Makes sure that listings come as text of octets, in the mode that the transfers have: another would cost two commands
 * more.
 *
 * @returns That mode.
 * @throws FtpReplyError.
 */
export async function setForListing(context: ClientContext): Promise<ModeCode> {
  const { known } = context;
  const mode = known.mode ?? "S";
  await setMode(context, mode);
  if (known.structure !== "F") {
    await parameter(context, "STRU", "F", "Setting the structure to F");
    known.structure = "F";
  }
  // A server that was told nothing sends ASCII.
  if (known.type === undefined || known.type === "I" || known.type.startsWith("A")) return mode;
  await parameter(context, "TYPE", "A", "Setting the type to A");
  known.type = "A";
  return mode;
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
