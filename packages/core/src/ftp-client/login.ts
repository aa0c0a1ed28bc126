/** From the greeting to being logged in (RFC 959 §5.4, §6), and what the server can do (RFC 2389). */
import { parseFeatures, type ReceivedReply } from "../protocol/index.ts";
import type { ControlConnection } from "./control-connection.ts";
import { FtpReplyError } from "./errors.ts";
import type { ResolvedClientOptions } from "./options.ts";

/** What a login learnt. */
export interface LoginResult {
  readonly greeting: string;
  readonly welcome: string;
  readonly features: ReadonlyMap<string, string>;
}

/** Waits for the greeting, logs in and asks for features. @throws FtpReplyError when the server refuses. */
export async function logIn(control: ControlConnection, options: ResolvedClientOptions): Promise<LoginResult> {
  let greeting = await control.reply("connecting");
  while (greeting.code < 200) greeting = await control.reply("connecting");
  const tried = `Logging in to ${options.host} as ${options.user}`;
  if (greeting.code >= 300) throw new FtpReplyError(`Connecting to ${options.host}`, greeting, "connecting");
  const welcome = await authenticate(control, options, tried);
  const features = await askFeatures(control);
  if (features.has("UTF8")) await control.command("OPTS", "UTF8 ON");
  return { greeting: greeting.text, welcome: welcome.text, features };
}

async function authenticate(
  control: ControlConnection,
  options: ResolvedClientOptions,
  tried: string,
): Promise<ReceivedReply> {
  let verb = "USER";
  let reply = await control.command(verb, options.user);
  if (reply.code === 331) {
    verb = "PASS";
    const { password } = options;
    reply = await control.command(verb, typeof password === "string" ? password : await password(), "***");
  }
  if (reply.code === 332 && options.account !== undefined) {
    verb = "ACCT";
    reply = await control.command(verb, options.account, "***");
  }
  if (reply.code >= 300 || reply.code < 200) throw new FtpReplyError(tried, reply, verb);
  return reply;
}

async function askFeatures(control: ControlConnection): Promise<ReadonlyMap<string, string>> {
  const reply = await control.command("FEAT");
  return reply.code === 211 ? parseFeatures(reply.lines) : new Map();
}
