/** Whether mode Z is worth it for a file: what is small, or compressed already, only costs the processor. */
import { promisify } from "node:util";
import { deflate } from "node:zlib";
import type { ModeCode } from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { openSource, type UploadSource } from "./sources.ts";

/** Octets below which a file is sent as it is. */
export const worthDeflating: number = 4 * 1024;
/** Octets at the beginning of an upload that are tried. */
const sample = 32 * 1024;
/** What the sample must become at most, as a share of itself. */
const worthwhileShare = 0.9;

/** Ends of names of files that are compressed already. */
const compressedNames =
  /\.(?:7z|aac|apk|avi|br|bz2|docx|flac|gif|gz|jar|jpe?g|lz4|lzma|m4[av]|mkv|mov|mp[34]|odt|ogg|png|pptx|rar|tgz|txz|war|webm|webp|whl|xlsx|xz|zip|zst)$/i;

/** The mode of a download where the caller says none. */
export function downloadMode(context: ClientContext, path: string): ModeCode {
  return deflates(context) && !compressedNames.test(path) ? "Z" : "S";
}

/** The mode of an upload where the caller says none: its beginning is tried where that costs nothing. */
export async function uploadMode(context: ClientContext, from: UploadSource, path: string): Promise<ModeCode> {
  if (!deflates(context) || compressedNames.test(path)) return "S";
  if (typeof from !== "string" && !(from instanceof Uint8Array)) return "Z";
  const source = await openSource(from, 0);
  try {
    const start = new Uint8Array(sample);
    const count = await source.read(start);
    if ((source.size ?? count) < worthDeflating) return "S";
    const made = await promisify(deflate)(start.subarray(0, count), { level: 1 });
    return made.length <= count * worthwhileShare ? "Z" : "S";
  } finally {
    await source.close();
  }
}

function deflates(context: ClientContext): boolean {
  const modes = context.features.get("MODE");
  return context.options.compress === "auto" && modes !== undefined && /\bZ\b/i.test(modes);
}
