/** Files from one server to the other, for `proxy`: by a connection of their own, or through here. */
import { ServersRefusedError, type FtpClient } from "@twinport/core/ftp-client";
import type { CommandContext } from "./context.ts";
import { baseName, joinRemote } from "../remote/remote-path.ts";
import type { Site } from "./site.ts";
import { summary } from "./transfer-view.ts";

/** The two servers of a command behind `proxy`. */
export interface Crossing {
  readonly from: Site;
  readonly to: Site;
}

/** Which way a command goes: what gets comes from the first server, what puts comes from the second. */
export function crossing(context: CommandContext, gets: boolean): Crossing | undefined {
  const { primary, place } = context;
  if (primary === undefined) return undefined;
  return gets ? { from: primary, to: place.site } : { from: place.site, to: primary };
}

/** Moves a file. @throws ServersRefusedError where the servers refuse each other, and it must not go through here. */
export async function sendBetween(
  context: CommandContext,
  { from, to }: Crossing,
  path: string,
  target: string | undefined,
  append = false,
): Promise<void> {
  const { place, signal, view } = context;
  const [source, sink] = [await from.session(place.settings, signal), await to.session(place.settings, signal)];
  const toPath =
    target === undefined ? baseName(path) : target.endsWith("/") ? joinRemote(target, baseName(path)) : target;
  const begun = Date.now();
  const tell = (bytes: number, how: string): string => {
    const done = { bytes, offset: 0, milliseconds: Date.now() - begun };
    return `${summary("Copied", path === toPath ? path : `${path} as ${toPath}`, done)}${how}`;
  };
  // Neither end can append what another server sends.
  if (!append) {
    try {
      const { bytes } = await source.transferTo(path, sink, toPath, { signal });
      to.forgetListings();
      view.note(tell(bytes ?? 0, ""));
      return;
    } catch (error) {
      if (!(error instanceof ServersRefusedError) || !place.settings.relay) throw error;
      context.say("The servers make no connection to each other: through here");
    }
  }
  await relay(context, source, sink, { path, toPath, append, tell });
  to.forgetListings();
}

interface Relaying {
  readonly path: string;
  readonly toPath: string;
  readonly append: boolean;
  readonly tell: (bytes: number, how: string) => string;
}

async function relay(
  { place, signal, view }: CommandContext,
  source: FtpClient,
  sink: FtpClient,
  { path, toPath, append, tell }: Relaying,
): Promise<void> {
  const shown = view.begin(baseName(path), place.settings);
  const download = await source.openRead(path, { signal, onProgress: shown.onProgress });
  try {
    const { bytes } = await sink[append ? "append" : "upload"](download, toPath, { signal });
    shown.end(tell(bytes, ", through here"));
  } catch (error) {
    shown.end();
    throw error;
  } finally {
    await download.close();
  }
}
