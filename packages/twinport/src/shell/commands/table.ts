/** All commands. Help, abbreviations, questions and completion come from here. */
import { nearestNames } from "../../config/nearest.ts";
import { UsageError } from "../../exit-codes.ts";
import type { ShellCommand } from "../command.ts";
import { bookmarkCommands } from "./bookmark.ts";
import { connectionCommands } from "./connection.ts";
import { downloadCommands } from "./download.ts";
import { escapeCommands } from "./escape.ts";
import { fileCommands } from "./files.ts";
import { folderCommands } from "./folders.ts";
import { helpCommands } from "./help.ts";
import { jobCommands } from "./jobs.ts";
import { listingCommands } from "./listing.ts";
import { macroCommands } from "./macro.ts";
import { mirrorCommands } from "./mirror.ts";
import { nameCommands } from "./names.ts";
import { proxyCommands } from "./proxy.ts";
import { representationCommands } from "./representation.ts";
import { restartCommands } from "./restart.ts";
import { segmentCommands } from "./segments.ts";
import { serverCommands } from "./server.ts";
import { settingCommands } from "./settings.ts";
import { showCommands } from "./show.ts";
import { switchCommands } from "./switches.ts";
import { treeCommands } from "./trees.ts";
import { uploadCommands } from "./upload.ts";

/** The commands, in the order of their names. Made when it is asked for: the families know each other. */
export function allCommands(): readonly ShellCommand[] {
  return [
    ...bookmarkCommands,
    ...connectionCommands,
    ...downloadCommands,
    ...escapeCommands,
    ...fileCommands,
    ...folderCommands,
    ...helpCommands,
    ...jobCommands,
    ...listingCommands,
    ...macroCommands,
    ...mirrorCommands,
    ...nameCommands,
    ...proxyCommands,
    ...representationCommands,
    ...restartCommands,
    ...segmentCommands,
    ...serverCommands,
    ...settingCommands,
    ...showCommands,
    ...switchCommands,
    ...treeCommands,
    ...uploadCommands,
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Their names. */
export function commandNames(): string[] {
  return allCommands().map(({ name }) => name);
}

/** Names that are near enough to be told. */
const toldNames = 6;

/** Finds a command by its name, or by a beginning that no other command has. @throws UsageError with those that are near. */
export function findCommand(name: string): ShellCommand {
  const commands = allCommands();
  const exact = commands.find((command) => command.name === name);
  if (exact !== undefined) return exact;
  const begun = commands.filter((command) => command.name.startsWith(name));
  const [first] = begun;
  // Names of one and the same command are not different commands.
  if (first !== undefined && begun.every(({ run, summary }) => run === first.run && summary === first.summary))
    return first;
  if (begun.length > 0) {
    const names = begun.map((command) => command.name);
    throw new UsageError(
      `${name} can be ${names.slice(0, toldNames).join(", ")}${names.length > toldNames ? ", ..." : ""}`,
    );
  }
  const near = nearestNames(
    name,
    commands.map((command) => command.name),
  ).slice(0, toldNames);
  const advice = near.length === 0 ? "help shows all of them" : `did you mean ${near.join(" or ")}?`;
  throw new UsageError(`There is no command ${name}; ${advice}`);
}
