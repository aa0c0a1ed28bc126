/** Whether data connections are under TLS (RFC 4217 §9), and at which end of it the server is. Pure. */

/** The protection of data connections. */
export interface DataProtection {
  /** What PROT chose, or the session began with. */
  readonly level: "clear" | "private";
  /** What a session begins with: `private` where its first octet was under TLS. */
  readonly initial: "clear" | "private";
  /** PBSZ came: PROT must follow it. */
  readonly bufferSet: boolean;
  /** SSCN ON: this server is TLS's client on data connections, for its peer is another server. */
  readonly asClient: boolean;
}

/** What moves it. */
export type DataProtectionEvent =
  | { readonly event: "secured"; readonly initial: "clear" | "private" }
  | { readonly event: "buffer-set" }
  | { readonly event: "chosen"; readonly level: "clear" | "private" }
  | { readonly event: "end-chosen"; readonly asClient: boolean }
  | { readonly event: "reinitialised" };

/** Of a session without TLS. */
export const clearData: DataProtection = { level: "clear", initial: "clear", bufferSet: false, asClient: false };

/** The protection after `event`. */
export function dataProtectionTransition(protection: DataProtection, event: DataProtectionEvent): DataProtection {
  switch (event.event) {
    case "secured":
      return { level: event.initial, initial: event.initial, bufferSet: false, asClient: false };
    case "buffer-set":
      return { ...protection, bufferSet: true };
    case "chosen":
      return { ...protection, level: event.level };
    case "end-chosen":
      return { ...protection, asClient: event.asClient };
    case "reinitialised":
      return { level: protection.initial, initial: protection.initial, bufferSet: false, asClient: false };
  }
}
