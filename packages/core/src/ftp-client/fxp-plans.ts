/**
 * How two servers are to make their data connection: which of them listens, and under TLS which is TLS's client, since
 * both would be its server (RFC 4217 §7). SSCN makes a server the client on all data connections, CPSV on the one that it
 * listens for; no RFC has either.
 */
import { isIPv6 } from "node:net";
import type { ClientContext } from "./client-context.ts";
import { ClientClosedError, FtpReplyError } from "./errors.ts";

/** One of the two servers, by what it is to the file. */
export type ServerEnd = "from" | "to";

/** The two servers. */
export interface ServerPair {
  readonly from: ClientContext;
  readonly to: ClientContext;
}

/** A way to try. */
export interface FxpPlan {
  readonly passive: ServerEnd;
  /** What makes one of the two TLS's client; `clear` goes without TLS. */
  readonly tls: "clear" | "sscn-active" | "sscn-passive" | "cpsv";
}

/** What a plan was arranged to be. */
export interface ArrangedPlan {
  /** Sets back what later transfers would stumble over; a server that does not let it is closed. */
  restore(): Promise<void>;
}

/**
 * The plans that make sense, best first. SSCN comes first, and on the server that connects, since that is what servers
 * have mostly been tried with.
 *
 * @param passive - Who is to listen; undefined: `to`, and `from` when that is refused.
 * @param allowClear - Whether data that was to be private may go in clear, as the last resort.
 */
export function fxpPlans(pair: ServerPair, passive: ServerEnd | undefined, allowClear: boolean): readonly FxpPlan[] {
  const ends: readonly ServerEnd[] = passive === undefined ? ["to", "from"] : [passive];
  const clear = ends.map((end) => ({ passive: end, tls: "clear" }) as const);
  if (!wantsPrivacy(pair)) return clear;
  const plans: FxpPlan[] = [];
  if (pair.from.control.hasTls && pair.to.control.hasTls) {
    for (const end of ends) {
      const [listening, connecting] = [pair[end], pair[otherEnd(end)]];
      const ipv6 = isIPv6(listening.control.remoteAddress);
      if (connecting.features.has("SSCN")) plans.push({ passive: end, tls: "sscn-active" });
      // CPSV answers as PASV does, which has no room for another address.
      if (listening.features.has("CPSV") && !ipv6) plans.push({ passive: end, tls: "cpsv" });
      if (listening.features.has("SSCN")) plans.push({ passive: end, tls: "sscn-passive" });
    }
  }
  return allowClear ? [...plans, ...clear] : plans;
}

/** Whether data with one of the two is private: then it is with neither in clear. */
function wantsPrivacy({ from, to }: ServerPair): boolean {
  return from.control.privateData || to.control.privateData;
}

/** The other server. */
export function otherEnd(end: ServerEnd): ServerEnd {
  return end === "from" ? "to" : "from";
}

/** A plan in words, for errors. */
export function describePlan({ passive, tls }: FxpPlan): string {
  const listens = passive === "to" ? "the receiving server listens" : "the sending server listens";
  switch (tls) {
    case "clear":
      return `${listens}, data in clear`;
    case "cpsv":
      return `${listens}, CPSV`;
    case "sscn-active":
      return `${listens}, SSCN on the other`;
    case "sscn-passive":
      return `${listens}, SSCN on it`;
  }
}

/**
 * Tells both servers what a plan asks of them.
 *
 * @throws FtpReplyError when one refuses; what was told already is set back then.
 */
export async function arrange(pair: ServerPair, plan: FxpPlan): Promise<ArrangedPlan> {
  const [listening, connecting] = [pair[plan.passive], pair[otherEnd(plan.passive)]];
  const undo: (() => Promise<void>)[] = [];
  const restore = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    for (const context of [listening, connecting]) await protect(context, plan.tls !== "clear", undo);
    if (plan.tls === "sscn-active") await becomeClient(connecting, undo);
    if (plan.tls === "sscn-passive") await becomeClient(listening, undo);
    const { host, port } = await listening.data.askForPeer(listenVerb(listening, plan));
    await connecting.data.tellAddress(host, port);
    return { restore };
  } catch (error) {
    await restore();
    throw error;
  }
}

function listenVerb({ control, options }: ClientContext, { tls }: FxpPlan): "PASV" | "CPSV" | "EPSV" {
  if (tls === "cpsv") return "CPSV";
  return isIPv6(control.remoteAddress) || options.dataMode === "epsv" ? "EPSV" : "PASV";
}

/** PROT for this transfer (RFC 4217 §9). */
async function protect({ control }: ClientContext, isPrivate: boolean, undo: (() => Promise<void>)[]): Promise<void> {
  if (control.privateData === isPrivate) return;
  const tried = "Protecting data connections";
  const choose = async (wanted: boolean): Promise<void> => {
    const size = await control.command("PBSZ", "0");
    if (size.code >= 300) throw new FtpReplyError(tried, size, "PBSZ");
    const reply = await control.command("PROT", wanted ? "P" : "C");
    if (reply.code >= 300) throw new FtpReplyError(tried, reply, "PROT");
    control.privateData = wanted;
  };
  await choose(isPrivate);
  undo.push(() => orClose(control, () => choose(!isPrivate)));
}

async function becomeClient({ control }: ClientContext, undo: (() => Promise<void>)[]): Promise<void> {
  const choose = async (word: "ON" | "OFF"): Promise<void> => {
    const reply = await control.command("SSCN", word);
    if (reply.code >= 300) throw new FtpReplyError("Making a server TLS's client", reply, "SSCN");
  };
  await choose("ON");
  undo.push(() => orClose(control, () => choose("OFF")));
}

/** What cannot be set back would have the next transfer fail, or go in clear: then no transfer is to be next. */
async function orClose(control: ClientContext["control"], step: () => Promise<void>): Promise<void> {
  if (control.closed) return;
  try {
    await step();
  } catch (cause) {
    control.destroy(
      new ClientClosedError("Ending a transfer between servers", "the server could not be set back", { cause }),
    );
  }
}
