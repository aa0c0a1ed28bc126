/** `mirror`: whole folders made like others, from the server or to it. */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  countSteps,
  FtpStorage,
  LocalFileError,
  mirror as mirrorTrees,
  planMirror,
  type MirrorComparison,
  type MirrorEvent,
  type MirrorOptions,
  type MirrorResult,
  type FtpPool,
  type MirrorStep,
} from "@twinport/core/ftp-client";
import { LocalStorage, MemoryStorage, type Storage } from "@twinport/core/storage";
import { printable, SomeFailedError, UsageError } from "../../exit-codes.ts";
import { formatBytes } from "../../remote/units.ts";
import { optionValue, optionValues, textAt, type Given, type ShellCommand } from "../command.ts";
import { localPath, session, type CommandContext } from "../context.ts";
import { stateFolder } from "../history.ts";
import { baseName, joinRemote, resolveRemote } from "../../remote/remote-path.ts";
import { parallelLimit, readNumber } from "../settings.ts";
import { watched } from "../watched-storage.ts";

const comparisons: readonly MirrorComparison[] = ["changed", "newer", "missing", "size", "checksum"];

async function mirror(context: CommandContext, given: Given): Promise<void> {
  const { place, signal } = context;
  const client = await session(context);
  const { throttleGet, throttlePut } = place.settings;
  const upwards = given.options.has("-R");
  if (upwards && !given.options.has("--dry-run")) {
    const { remote, local } = endsOf(context, given, true);
    await demandFolder(local);
    await client.mkdir(remote, { recursive: true, signal });
  }
  await place.site.withPool(
    place.settings,
    upwards ? throttlePut : throttleGet,
    (pool) => mirrorBy(pool, context, given),
    signal,
  );
}

async function mirrorBy(pool: FtpPool, context: CommandContext, given: Given): Promise<void> {
  const { place } = context;
  const upwards = given.options.has("-R");
  const dry = given.options.has("--dry-run");
  const { remote, local } = endsOf(context, given, upwards);
  const server = new FtpStorage(pool, { root: remote });
  const here = await localStorage(local, upwards, dry);
  const [from, to] = upwards ? [here, server] : [server, here];
  const options = optionsOf(context, given, upwards ? { from: local, to: remote } : { from: remote, to: local });
  if (dry) {
    const plan = await planMirror(from, to, options);
    for (const step of plan.steps) await context.output.write(`${stepText(step)}\n`);
    const { copies, bytes, removals } = countSteps(plan);
    context.say(`${copies} ${copies === 1 ? "file" : "files"} to copy (${formatBytes(bytes)}), ${removals} to remove`);
    return;
  }
  const source = watched(from, (path) => context.view.begin(path, place.settings), upwards ? "upload" : "download");
  const result = await mirrorTrees(source, to, options);
  if (upwards) place.site.forgetListings();
  tellResult(context, result);
}

/** Both folders: of one that is not named the other's name is taken, of none the folders where one is. */
function endsOf(
  context: CommandContext,
  given: Given,
  upwards: boolean,
): { readonly remote: string; readonly local: string } {
  const { place } = context;
  const [from, to] = [textAt(given, 0), textAt(given, 1)];
  const name = from === undefined ? "" : baseName(from);
  const named = name === "" || name === "." || name === ".." || name === "/" ? "" : name;
  const target = to === undefined ? named : to.endsWith("/") ? joinRemote(to, named) : to;
  const [remoteText, localText] = upwards ? [target, from ?? "."] : [from ?? "", target];
  const { directory } = place.site;
  const remote = directory === undefined ? remoteText : resolveRemote(directory, remoteText);
  return { remote, local: localPath(place, localText === "" ? "." : localText) };
}

/** @throws LocalFileError for what is no folder. */
async function demandFolder(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory() !== true) throw new LocalFileError(`Reading ${path}`, "it is not a folder");
}

/** The folder here. What is only planned is not made. @throws LocalFileError. */
async function localStorage(local: string, upwards: boolean, dry: boolean): Promise<Storage> {
  const isThere = (await stat(local).catch(() => undefined)) !== undefined;
  if (!isThere && !upwards && dry) return new MemoryStorage();
  if (!isThere && !upwards) await mkdir(local, { recursive: true });
  await demandFolder(local);
  // A hidden folder for unfinished files would be one more thing in what is mirrored.
  return new LocalStorage({ root: local, stateDirectory: join(stateFolder(), "unfinished"), keepBrokenUploads: 0 });
}

function optionsOf(
  context: CommandContext,
  given: Given,
  names: { readonly from: string; readonly to: string },
): MirrorOptions {
  const { settings } = context.place;
  const parallel = optionValue(given, "-P");
  const most = optionValue(given, "--max-delete");
  const exclude = optionValues(given, "-X");
  const include = optionValues(given, "-I");
  return {
    compare: comparisonOf(given),
    delete: given.options.has("-e"),
    resume: given.options.has("-c"),
    parallel: parallel === undefined ? settings.parallel : readNumber(parallel, 1, parallelLimit),
    preserveTimes: settings.preserve,
    signal: context.signal,
    names,
    onEvent: (event) => tellEvent(context, event),
    ...(settings.verify ? { verify: true } : {}),
    ...(most === undefined ? {} : { maxDelete: readNumber(most, 0, Number.MAX_SAFE_INTEGER) }),
    ...(exclude.length === 0 ? {} : { exclude }),
    ...(include.length === 0 ? {} : { include }),
  };
}

function comparisonOf(given: Given): MirrorComparison {
  const text = optionValue(given, "--only") ?? (given.options.has("-n") ? "newer" : "changed");
  const found = comparisons.find((each) => each === text);
  if (found === undefined) throw new UsageError(`--only is one of ${comparisons.join(", ")}`);
  return found;
}

function tellEvent(context: CommandContext, event: MirrorEvent): void {
  if (event.type === "failed") context.say(`${shownPath(event.failure.path)}: ${printable(event.failure.message)}`);
  else if (event.type === "note") context.say(`${shownPath(event.note.path)}: ${printable(event.note.message)}`);
  else if (event.type === "retry") context.say(`${shownPath(event.path)}: it failed, and is tried again`);
  else if (event.type === "done" && event.step.action.startsWith("remove")) context.say(stepText(event.step));
}

function shownPath(path: string): string {
  return printable(path === "" ? "." : path);
}

function stepText(step: MirrorStep): string {
  const path = shownPath(step.path);
  switch (step.action) {
    case "copy":
      return `copy ${path} (${step.reason}, ${formatBytes(step.from.size)})`;
    case "make-directory":
      return `mkdir ${path}`;
    case "link":
      return `link ${path} -> ${printable(step.target)}`;
    case "set-mode":
      return `chmod ${step.mode.toString(8)} ${path}`;
    case "remove":
      return `remove ${path}`;
    case "remove-directory":
      return `rmdir ${path}`;
  }
}

/** @throws SomeFailedError when something failed; each was told. */
function tellResult(context: CommandContext, result: MirrorResult): void {
  const { copied, bytes, removed, unchanged, failures, heldBack, milliseconds } = result;
  const parts = [
    `Copied ${copied} ${copied === 1 ? "file" : "files"}, ${formatBytes(bytes)}`,
    `${unchanged.files} unchanged`,
    ...(removed > 0 ? [`${removed} removed`] : []),
    ...(heldBack > 0 ? [`${heldBack} not removed, because something failed`] : []),
  ];
  context.say(`${parts.join("; ")}; in ${(milliseconds / 1000).toFixed(1)} s`);
  const errors = failures.map(({ error, message }) => error ?? new Error(message));
  if (failures.length > 0) throw new SomeFailedError(`mirror: failures: ${failures.length}`, errors);
}

/** The commands. */
export const mirrorCommands: readonly ShellCommand[] = [
  {
    name: "mirror",
    summary: "make a folder here like one of the server, or the other way round",
    arguments: [
      { name: "from", kind: "remote-folder", optional: true },
      { name: "to", kind: "local-folder", optional: true },
    ],
    options: [
      { flag: "-R", summary: "from here to the server" },
      { flag: "-e", summary: "remove what the source does not have" },
      { flag: "-n", summary: "only what is newer at the source" },
      { flag: "-c", summary: "go on with files that came in part" },
      { flag: "-P", value: "number", summary: "files at once" },
      { flag: "-X", value: "pattern", summary: "not what fits; repeatable" },
      { flag: "-I", value: "pattern", summary: "only files that fit; repeatable" },
      { flag: "--only", value: "how", summary: "changed, newer, missing, size or checksum" },
      { flag: "--max-delete", value: "number", summary: "do nothing if more would be removed" },
      { flag: "--dry-run", summary: "only show what would be done" },
    ],
    details: `mirror alone takes the folders where one is; mirror pub makes pub here; a second
folder that ends in / is the folder for it. Files are on sessions of their own.`,
    run: mirror,
  },
];
