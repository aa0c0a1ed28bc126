/** From the greeting to being logged in (RFC 959 §5.4, §6), and what the server can do (RFC 2389). */
import { parseFeatures, type ReceivedReply } from "../protocol/index.ts";
import type { ControlConnection } from "./control-connection.ts";
import { FtpReplyError } from "./errors.ts";
import { isNetxServer } from "./netx-server.ts";
import type { ResolvedClientOptions } from "./options.ts";

/** What a login learnt. */
export interface LoginResult {
  readonly greeting: string;
  readonly welcome: string;
  readonly features: ReadonlyMap<string, string>;
  /** Whether the server is NetX Duo's. */
  readonly netxServer: boolean;
}

/** How often a server may say 120, that it needs more time, before its greeting. */
const greetingDelays = 8;

/**
 * Secures the connection where TLS is implicit, waits for the greeting, logs in and asks for features.
 *
 * @throws FtpReplyError when the server refuses; FtpTlsError.
 */
export async function logIn(control: ControlConnection, options: ResolvedClientOptions): Promise<LoginResult> {
  if (options.tls.mode === "implicit") await control.secure(options.tls);
  let greeting = await control.reply("connecting");
  for (let delays = 0; greeting.code < 200 && delays < greetingDelays; delays++) {
    greeting = await control.reply("connecting");
  }
  const tried = `Logging in to ${options.host} as ${options.user}`;
  if (greeting.code >= 300 || greeting.code < 200)
    throw new FtpReplyError(`Connecting to ${options.host}`, greeting, "connecting");
  if (options.tls.mode === "explicit" || options.tls.mode === "auto") await beginTls(control, options);
  const welcome = await authenticate(control, options, tried);
  if (control.isSecure) await protectData(control, options);
  const asked = await control.command("FEAT");
  const features: ReadonlyMap<string, string> = asked.code === 211 ? parseFeatures(asked.lines) : new Map();
  await agreeOnCharset(control, options, features);
  if (control.isSecure && options.tls.clearCommandChannel) await control.clear(options.connectTimeout);
  return { greeting: greeting.text, welcome: welcome.text, features, netxServer: isNetxServer(greeting, asked) };
}

/**
 * A charset that the caller names counts over FEAT: servers tell UTF8 and hand on names as their disk has them
 * (RFC 2640 §3.1 asks for UTF-8, and lets a server send what it does not know how to convert).
 */
async function agreeOnCharset(
  control: ControlConnection,
  { nameCodec }: ResolvedClientOptions,
  features: ReadonlyMap<string, string>,
): Promise<void> {
  if (nameCodec === undefined) {
    if (features.has("UTF8")) await control.command("OPTS", "UTF8 ON");
    return;
  }
  // Servers that convert names themselves stop it, or refuse, which changes nothing.
  if (features.has("UTF8")) await control.command("OPTS", "UTF8 OFF");
  control.useNameCodec(nameCodec);
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

/** AUTH TLS, and by its name of before for servers that know that one only. @throws FtpReplyError, FtpTlsError. */
async function beginTls(control: ControlConnection, options: ResolvedClientOptions): Promise<void> {
  let refusal: ReceivedReply | undefined;
  for (const mechanism of ["TLS", "SSL"]) {
    const reply = await control.command("AUTH", mechanism);
    // 334 is what some servers of old say in place of 234.
    if (reply.code === 234 || reply.code === 334) return control.secure(options.tls);
    refusal ??= reply;
  }
  if (options.tls.mode === "auto" || refusal === undefined) return;
  throw new FtpReplyError(`Securing the connection to ${options.host}`, refusal, "AUTH");
}

/** PBSZ and PROT (RFC 4217 §9). @throws FtpReplyError when the server does not protect data that must be. */
async function protectData(control: ControlConnection, options: ResolvedClientOptions): Promise<void> {
  const { mode, protectData: wanted } = options.tls;
  const size = await control.command("PBSZ", "0");
  const reply = await control.command("PROT", wanted ? "P" : "C");
  const agreed = reply.code >= 200 && reply.code < 300;
  if (agreed) control.privateData = wanted;
  // Implicit TLS is older than PROT: servers that know no such verb protect data as they protect the rest.
  else if (mode === "implicit" && (reply.code === 500 || reply.code === 502)) control.privateData = true;
  else if (wanted && mode !== "auto") {
    throw new FtpReplyError("Protecting data connections", size.code >= 400 ? size : reply, "PROT");
  }
}
