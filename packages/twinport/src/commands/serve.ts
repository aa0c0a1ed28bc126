/** `twinport serve`: a folder by FTP, and by TFTP. */
import { Command, Option } from "commander";
import { collect, parseCount, parseListen, parsePort, parsePortRange, parseSeconds } from "../parse-options.ts";
import { codePageOption, recordLengthOption } from "../representation-options.ts";
import { UsageError } from "../exit-codes.ts";
import { defaultPort, ftpFlagsGiven, type ServeFlags } from "../serve/serve-flags.ts";
import { withTftpFlags } from "../serve/tftp-flags.ts";
import { withTlsOptions } from "../serve/tls.ts";

/** Makes the command. */
export function serve(): Command {
  const command = new Command("serve")
    .summary("serve a folder")
    .description("Serve a directory by FTP, and by TFTP where it is asked for, until Ctrl-C.")
    .argument("[dir]", "the folder", ".")
    .option("--no-ftp", "serve by TFTP alone (needs --tftp)")
    .addOption(
      new Option(
        "--listen <host:port>",
        `where to listen; repeatable (default: port ${defaultPort} on all addresses)`,
      ).argParser(collect(parseListen)),
    )
    .addOption(
      new Option(
        "--proxy-protocol <address>",
        "take connections from this balancer or network (10.0.0.0/8) only, each with a PROXY header (v1 or v2); repeatable",
      ).argParser(collect(String)),
    )
    .addOption(new Option("--user <name:password[:ro|rw]>", "an account; repeatable").argParser(collect(String)))
    .option("--users-file <file>", "accounts, one a line as in --user; read again on SIGHUP")
    .option("--anonymous", "allow anonymous logins, for reading")
    .addOption(new Option("--passive-ports <a-b>", "ports for passive data connections").argParser(parsePortRange))
    .option("--external-address <host>", "the IPv4 address that PASV tells, or a name for it")
    .addOption(new Option("--active-port <port>", "local port of active data connections").argParser(parsePort))
    .option("--allow-foreign-data", "allow server-to-server transfers")
    .option("--charset <name>", "charset of names, until a client asks for UTF-8")
    .addOption(new Option("--max-sessions <n>", "sessions in all").argParser(parseCount).default(10_000))
    .addOption(
      new Option("--max-sessions-per-address <n>", "sessions from one address").argParser(parseCount).default(1_000),
    )
    .addOption(
      new Option("--idle-timeout <seconds>", "end sessions without commands")
        .argParser(parseSeconds)
        .default(300_000, "300"),
    )
    .addOption(
      new Option("--replies <style>", "reply codes of transfers").choices(["standard", "netx"]).default("standard"),
    )
    .option("--mode-z", "offer deflated transfers, for slow networks")
    .addOption(
      new Option("--restart-markers <octets>", "send a marker so often in modes B and C").argParser(parseCount),
    )
    .addOption(recordLengthOption())
    .addOption(codePageOption())
    .option("--in-place", "write uploads under their names from the start")
    .option("--fsync", "have uploads on disk before they count as complete");
  return withTftpFlags(withTlsOptions(command))
    .addOption(new Option("--log-format <format>", "default: pretty on a terminal").choices(["pretty", "json"]))
    .addOption(
      new Option("--log-level <level>", "least important line that is logged")
        .choices(["silent", "error", "warn", "info", "debug"])
        .default("info"),
    )
    .addHelpText(
      "after",
      `
Accounts may come from TWINPORT_USERS too (comma or newline separated), so
that no password need stand on a command line. Empty lines of a users file,
and those that begin with #, are left out. A password is plain text, or a
$scrypt$ hash of this project's library. Hashes of other programs ($6$…, $2b$…,
{SSHA}… and others) are refused: they cannot be verified here. {PLAIN} before a
password says that it is one, whatever it looks like.

SIGHUP has the users file and the TFTP map read again. A file with a mistake is
logged and changes nothing; sessions go on. The SIGHUP of a terminal that is
closed ends the server as Ctrl-C does, unless nohup or setsid started it.

Examples:
  twinport serve --anonymous ./pub
  TWINPORT_USERS=me:secret twinport serve --listen 127.0.0.1:0 ./files
  twinport serve --user me:secret --tls-self-signed --tls-require all ./files
  twinport serve --user me:secret ./boot --tftp :69
  twinport serve --no-ftp ./boot --tftp :69
  twinport serve --users-file users --passive-ports 50000-50100 \\
    --external-address ftp.example.org --listen :21 /srv/ftp`,
    )
    .action(async (dir: string, flags: ServeFlags, command: Command) => {
      const given = flags.ftp ? [] : ftpFlagsGiven(command);
      if (given.length > 0) throw new UsageError(`--no-ftp leaves FTP out, which these are for: ${given.join(", ")}`);
      // The servers are large, and the other commands need none of them.
      const { runServe } = await import("../serve/run-serve.ts");
      await runServe(dir, flags);
    });
}
