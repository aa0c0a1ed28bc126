/** `pget`: one file over several sessions. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { unsafeLocalName } from "@twinport/core/ftp-client";
import { printable, UsageError } from "../../exit-codes.ts";
import { neededAt, optionValue, textAt, type Given, type ShellCommand } from "../command.ts";
import { localPath, session, type CommandContext } from "../context.ts";
import { baseName, resolveRemote } from "../../remote/remote-path.ts";
import { parallelLimit, readNumber } from "../settings.ts";
import { summary } from "../transfer-view.ts";

async function pget(context: CommandContext, given: Given): Promise<void> {
  const { place, signal, view } = context;
  const { site, settings } = place;
  const path = neededAt(given, 0);
  const count = optionValue(given, "-n");
  const segments = count === undefined ? settings.parallel : readNumber(count, 1, parallelLimit);
  const local = await localTarget(context, path, textAt(given, 1));
  await session(context);
  const shown = view.begin(baseName(path), settings);
  try {
    // The pool's sessions are where the login led to.
    const from = site.directory === undefined ? path : resolveRemote(site.directory, path);
    const options = {
      segments,
      signal,
      preserveTime: settings.preserve,
      onProgress: shown.onProgress,
      ...(settings.verify ? { verify: true } : {}),
    };
    const result = await site.withPool(
      settings,
      settings.throttleGet,
      (pool) => pool.downloadSegmented(from, local, options),
      signal,
    );
    const parts = result.segments === 1 ? "" : `, in ${result.segments} parts`;
    shown.end(`${summary("Got", path, result)}${parts}`);
  } catch (error) {
    shown.end();
    throw error;
  }
}

/** Where the file goes: its own name here, or what was named. @throws UsageError for a name that must not be used here. */
async function localTarget({ place }: CommandContext, path: string, to: string | undefined): Promise<string> {
  const name = baseName(path);
  const target = to === undefined ? place.folder : localPath(place, to);
  const isFolder = to === undefined || (await stat(target).catch(() => undefined))?.isDirectory() === true;
  if (!isFolder) return target;
  const reason = unsafeLocalName(name);
  if (reason !== undefined) throw new UsageError(`${printable(name)} cannot be a name here (${reason}); give one`);
  return join(target, name);
}

/** The commands. */
export const segmentCommands: readonly ShellCommand[] = [
  {
    name: "pget",
    summary: "fetch one large file over several sessions",
    arguments: [
      { name: "remote-file", kind: "remote-file" },
      { name: "local-file", kind: "local-file", optional: true },
    ],
    options: [{ flag: "-n", value: "number", summary: "parts at once" }],
    details: `As octets, whatever the type is. One that was broken off goes on where it was; of a
small file there is one part only.`,
    run: pget,
  },
];
