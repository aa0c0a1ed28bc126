/** `pget`: one file over several sessions. */
import type { ShellCommand } from "../command.ts";

/** The commands. */
export const segmentCommands: readonly ShellCommand[] = [];
