/** What a command is given besides its arguments. */
import { resolve } from "node:path";
import { homedir } from "node:os";
import type { FtpClient } from "@twinport/core/ftp-client";
import type { LineSource } from "./line-source.ts";
import type { NameMap } from "./name-map.ts";
import type { Output } from "./output.ts";
import type { Asker } from "./asker.ts";
import type { Settings } from "./settings.ts";
import type { Shell } from "./shell.ts";
import type { Site } from "./site.ts";
import type { TransferView } from "./transfer-view.ts";

/** What commands change, and what a job has its own of. */
export interface Workplace {
  site: Site;
  settings: Settings;
  names: NameMap;
  /** The folder of this machine that paths begin at. */
  folder: string;
  /** What `restart` said: for the next transfer only. */
  restart: RestartWish | undefined;
}

/** Where the next transfer begins. */
export interface RestartWish {
  readonly offset: number;
  readonly marker?: string;
}

/** What a command is given besides its arguments. */
export interface CommandContext {
  readonly shell: Shell;
  readonly place: Workplace;
  readonly signal: AbortSignal;
  readonly output: Output;
  readonly view: TransferView;
  /** Undefined where nobody can be asked. */
  readonly asker: Asker | undefined;
  /** Where the lines come from that are read now. */
  readonly source: LineSource;
  /** Whether it runs beside the shell. */
  readonly background: boolean;
  /** The other server, when the command came behind `proxy`. */
  readonly primary: Site | undefined;
  /** Aliases and macros under way, which must not call themselves for ever. */
  readonly depth: number;
  readonly aliases: ReadonlySet<string>;
  /** Tells something that is no data. */
  readonly say: (text: string) => void;
}

/** The session of a context's site. @throws NotConnectedError. */
export function session({ place, signal }: CommandContext): Promise<FtpClient> {
  return place.site.session(place.settings, signal);
}

/** A path of this machine, from the shell's folder; `~` is the home folder. */
export function localPath(place: Pick<Workplace, "folder">, path: string): string {
  const expanded = path === "~" || path.startsWith("~/") ? `${homedir()}${path.slice(1)}` : path;
  return resolve(place.folder, expanded);
}

/** A copy for a job. */
export function forkPlace(place: Workplace, site: Site): Workplace {
  return { ...place, site, settings: { ...place.settings }, names: { ...place.names }, restart: undefined };
}
