/** The TFTP flags of `serve`. */
import { isMulticastAddress } from "@twinport/core/protocol";
import type { RewriteRule } from "@twinport/core/tftp";
import { InvalidArgumentError, Option, type Command } from "commander";
import { collect, parseListen, type ListenAddress } from "../parse-options.ts";

/** What the command line says of TFTP. */
export interface ServeTftpFlags {
  /** True stands for the usual port on all addresses. */
  readonly tftp?: true | readonly ListenAddress[];
  readonly tftpWrite?: boolean;
  readonly tftpOverwrite?: boolean;
  readonly tftpAllow?: readonly string[];
  readonly tftpSinglePort?: boolean;
  readonly tftpMulticast?: ListenAddress & { readonly host: string };
  readonly tftpRewrite?: readonly SimpleRule["rule"][];
  readonly tftpMap?: string;
  readonly tftpIgnoreCase?: boolean;
  readonly tftpMsftwindow?: boolean;
}

/** The rules that need no more than their name. */
const simpleRules = ["backslashes", "strip-0xff", "lower-case"] as const;
type SimpleRule = Extract<RewriteRule, { readonly rule: (typeof simpleRules)[number] }>;

/** The port that is listened on unless told otherwise: 69 needs root. */
export const usualTftpPort = 6969;

/** Adds the flags. */
export function withTftpFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--tftp [host:port]",
        `serve by TFTP too, to read, without a password; repeatable (default: port ${usualTftpPort} on all addresses)`,
      ).argParser(parseTftpListen),
    )
    .option("--tftp-write", "let files that are not there yet be written by TFTP")
    .option("--tftp-overwrite", "let files be replaced by TFTP too")
    .addOption(
      new Option("--tftp-allow <address>", "serve this address or network (10.0.0.0/8) only; repeatable").argParser(
        collect(String),
      ),
    )
    .option("--tftp-single-port", "stay on the port that was asked, where a firewall opens no other")
    .addOption(
      new Option(
        "--tftp-multicast <group:port>",
        "send a file once to all that get it at the same time and ask for that; as 239.255.0.1:1758",
      ).argParser(parseGroup),
    )
    .addOption(
      new Option(
        "--tftp-rewrite <rule>",
        `what is done to names that are asked for: ${simpleRules.join(", ")}; repeatable`,
      ).argParser(collect(parseRule)),
    )
    .option(
      "--tftp-map <file>",
      "rules for names, as tftpd-hpa's map files have them; they come after --tftp-rewrite; read again on SIGHUP",
    )
    .option("--tftp-ignore-case", "find files to read in any case, where one file alone has that name")
    .option("--tftp-msftwindow", "let Windows' loaders tell the size of each window (their option msftwindow)");
}

function parseTftpListen(text: string, before: true | readonly ListenAddress[] | undefined): readonly ListenAddress[] {
  try {
    return [...(Array.isArray(before) ? (before as readonly ListenAddress[]) : []), parseListen(text)];
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InvalidArgumentError(`${error.message} For the usual port, give --tftp after the folder.`);
  }
}

function parseGroup(text: string): ListenAddress & { readonly host: string } {
  const wanted = "It is a multicast address and a port, as 239.255.0.1:1758 or [ff15::1]:1758.";
  try {
    const { host, port } = parseListen(text);
    if (host === undefined || port === 0 || !isMulticastAddress(host)) throw new InvalidArgumentError(wanted);
    return { host, port };
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InvalidArgumentError(wanted);
  }
}

function parseRule(text: string): SimpleRule["rule"] {
  const rule = simpleRules.find((each) => each === text);
  if (rule === undefined) throw new InvalidArgumentError(`It is one of ${simpleRules.join(", ")}.`);
  return rule;
}
