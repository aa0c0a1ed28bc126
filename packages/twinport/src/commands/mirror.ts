/** `twinport mirror`: makes a folder like another, here or on a server. */
import { Command, Option } from "commander";
import type { MirrorFlags } from "../mirror/mirror-flags.ts";
import { collect, parseCount, parseRate, parseSeconds, parseWhole } from "../parse-options.ts";
import { withProgressOptions } from "../remote/progress.ts";
import { withRemoteOptions } from "../remote/session.ts";
import { defaultTransfers, withRetryOptions } from "../remote/transfer-flags.ts";

/** Makes the command. */
export function mirror(): Command {
  const pattern = collect((text: string) => text);
  const command = new Command("mirror")
    .summary("make a folder like another")
    .description(
      "Make a folder like another: what is missing or differs is copied, with times and\n" +
        "modes. Each of the two is a folder of this machine or the URL of one.",
    )
    .argument("<source>", "the folder that is there")
    .argument("<target>", "the folder that becomes like it")
    .option("--delete", "remove at the target what the source does not have")
    .addOption(new Option("--max-delete <n>", "do nothing when more than that would be removed").argParser(parseWhole))
    .option("-n, --dry-run", "show what would be done, and do nothing")
    .addOption(
      new Option("--only <what>", "copy what is newer, missing or changed (size or time)")
        .choices(["newer", "missing", "changed"])
        .default("changed"),
    )
    .option("--checksum", "compare what is in the files, not their times")
    .option("--size-only", "compare sizes, not times")
    .addOption(new Option("--include <pattern>", "only files that match; may be repeated").argParser(pattern))
    .addOption(
      new Option(
        "--exclude <pattern>",
        "nothing that matches, as *.log, cache/ or /build/**; may be repeated",
      ).argParser(pattern),
    )
    .addOption(
      new Option("--links <how>", "what becomes of symbolic links").choices(["skip", "follow", "copy"]).default("skip"),
    )
    .addOption(
      new Option(
        "--parallel <n>",
        `files at once, each in a session of its own (default: ${defaultTransfers})`,
      ).argParser(parseCount),
    )
    .addOption(new Option("--bwlimit <rate>", "octets a second in all, as 500K or 2M").argParser(parseRate))
    .option("-c, --continue", "go on with files that a broken mirror left unfinished")
    .option("--verify", "compare hashes after each file")
    .option("--no-times", "do not keep modification times")
    .option("--no-modes", "do not keep permission bits")
    .option("--delete-after-failures", "remove although some files could not be copied")
    .option("--stop-on-error", "end with the first failure")
    .addOption(new Option("--plan <file>", "save what would be done in a file, and do nothing"))
    .addOption(new Option("--apply <file>", "do what a saved plan says").conflicts(["plan", "watch", "dryRun"]))
    .option("--overwrite-changed", "with --apply: also what was changed at the target since")
    .addOption(new Option("-w, --watch", "go on, whenever something changes").conflicts(["plan", "dryRun"]))
    .addOption(
      new Option(
        "--interval <seconds>",
        "with --watch: look at everything so often (default: 30, or 300 here)",
      ).argParser(parseSeconds),
    )
    .option("--json", "tell what is done as JSON on stdout, a line a step");
  return withRemoteOptions(withProgressOptions(withRetryOptions(command)))
    .addHelpText(
      "after",
      `
The signs of a plan: + is new, > is copied over what is there, - is removed,
@ is a link, and m gets another mode.

Examples:
  twinport mirror -n --delete site ftp://me@example.org/www
  twinport mirror ftp://me@example.org/www backup --exclude '*.log'
  twinport mirror --watch site ftpes://me@example.org/www
  twinport mirror ftp://one.example/pub ftp://two.example/pub --plan plan.json`,
    )
    .action(async (source: string, target: string, flags: MirrorFlags) => {
      // Loaded only here: other commands begin sooner without.
      const { runMirror } = await import("../mirror/run-mirror.ts");
      return runMirror(source, target, flags);
    });
}
