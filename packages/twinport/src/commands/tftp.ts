/** `twinport tftp`: one file by TFTP, there or back. */
import { Argument, Command } from "commander";
import { parseCount, parseSeconds } from "../parse-options.ts";
import { withProgressOptions } from "../remote/progress.ts";
import type { TftpFlags } from "../tftp/run-tftp.ts";

/** Makes the command. */
export function tftp(): Command {
  const command = new Command("tftp")
    .summary("move a file by TFTP")
    .description("Get a file by TFTP into the current folder, or put one.")
    .addArgument(new Argument("<what>", "get or put").choices(["get", "put"]))
    .argument("<url>", "tftp://host:port/file;mode=octet")
    .argument("[file]", "the local file; - is stdout or stdin")
    .option("--blksize <octets>", "octets of a block to ask for, 8 to 65464", parseCount)
    .option("--windowsize <blocks>", "blocks between two ACKs to ask for", parseCount)
    .option("--timeout <seconds>", "wait before a retransmission, at first", parseSeconds)
    .option("--retries <count>", "retransmissions without an answer", parseCount)
    .option("--multicast", "get the file together with others, where the server offers that")
    .option("--plain", "ask for no options: RFC 1350 only")
    .option("--json", "tell the outcome as JSON on stdout");
  return withProgressOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  twinport tftp get tftp://192.0.2.1/pxelinux.0
  twinport tftp get --multicast tftp://192.0.2.1/image.iso
  twinport tftp put tftp://192.0.2.1:6969/switch.cfg backup.cfg --blksize 512`,
    )
    .action(async (what: "get" | "put", url: string, file: string | undefined, flags: TftpFlags) => {
      const { runTftp } = await import("../tftp/run-tftp.ts");
      await runTftp(what, url, file, flags);
    });
}
