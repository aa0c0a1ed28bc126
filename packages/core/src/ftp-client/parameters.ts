/** Transfer parameters, told to the server only when they change. */
import {
  formatModeOptions,
  modeCodeArgument,
  structureCodeArgument,
  typeArgument,
  type ArgumentCodec,
  type DataFormat,
  type DataFormatOptions,
  type ModeCode,
  type StructureCode,
} from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { FtpReplyError } from "./errors.ts";
import { forgetDirectory } from "./working-directory.ts";

/** Makes sure of type, structure and mode. What the server refuses, it leaves as it was. @throws FtpReplyError. */
export async function setFormat(context: ClientContext, format: DataFormat, options: DataFormatOptions): Promise<void> {
  const { known } = context;
  const type = typeArgument.format(format.type);
  if (known.type !== type) {
    await parameter(context, "TYPE", type, `Setting the type to ${type}`);
    known.type = type;
  }
  await setStructure(context, format.structure);
  await setMode(context, format.mode);
  if (format.mode === "Z" && known.deflateLevel !== options.deflateLevel) {
    // A wish: servers that choose for themselves may refuse it.
    await context.control.command("OPTS", formatModeOptions({ level: options.deflateLevel }));
    known.deflateLevel = options.deflateLevel;
  }
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
  await setStructure(context, "F");
  const mode = known.mode ?? "S";
  await setMode(context, mode);
  // A server that was told nothing sends ASCII.
  if (known.type === undefined || known.type === "I" || known.type.startsWith("A")) return mode;
  await parameter(context, "TYPE", "A", "Setting the type to A");
  known.type = "A";
  return mode;
}

async function setStructure(context: ClientContext, structure: StructureCode): Promise<void> {
  if (context.known.structure === structure) return;
  await parameter(context, "STRU", structure, `Setting the structure to ${structure}`);
  context.known.structure = structure;
}

async function setMode(context: ClientContext, mode: ModeCode): Promise<void> {
  if (context.known.mode === mode) return;
  // The connection of the mode before serves no more (RFC 959 §3.3).
  context.data.dropKept();
  await parameter(context, "MODE", mode, `Setting the mode to ${mode}`);
  context.known.mode = mode;
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

/** Verbs after which the working directory may be another one. */
const movingVerbs: ReadonlySet<string> = new Set([
  "CWD",
  "XCWD",
  "CDUP",
  "XCUP",
  "REIN",
  "USER",
  "PASS",
  "ACCT",
  "SMNT",
  "SITE",
  "HOST",
]);

/**
 * Takes note of a command that the caller sent by itself and the server took: the next transfer must not rely on what was
 * set before.
 */
export function noteCommand(context: ClientContext, verb: string, argument: string | undefined): void {
  const { known } = context;
  if (movingVerbs.has(verb.toUpperCase())) forgetDirectory(context);
  switch (verb.toUpperCase()) {
    case "TYPE": {
      const type = understood(typeArgument, argument);
      // "?" is no type: whatever comes next is told to the server.
      known.type = type === undefined ? "?" : typeArgument.format(type);
      break;
    }
    case "STRU":
      known.structure = understood(structureCodeArgument, argument);
      break;
    case "MODE":
      known.mode = understood(modeCodeArgument, argument);
      context.data.dropKept();
      break;
    case "OPTS":
      known.deflateLevel = undefined;
      known.hash = undefined;
      break;
    case "REIN":
      // As at the greeting (RFC 959 §4.1.1).
      context.data.dropKept();
      Object.assign(known, { type: undefined, structure: "F", mode: "S", deflateLevel: undefined, hash: undefined });
      break;
  }
}

function understood<T>(codec: ArgumentCodec<T>, text: string | undefined): T | undefined {
  try {
    return codec.parse(text);
  } catch {
    return undefined;
  }
}
