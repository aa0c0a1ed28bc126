/**
 * Session tickets that are renewed with each resumption.
 *
 * Not with each: a client that uploads, and closes without having read a ticket that has come, resets its connection, and
 * the last of its bytes are lost (lftp does so). Uploads bring none.
 *
 * Clients use a ticket of TLS 1.3 once (RFC 8446 §C.4), and expect a new one from each connection: without it, the second
 * data connection of curl and others has no session to resume. Node's own tickets are not renewed, and its public options
 * cannot ask for it; the callback below, which Node keeps for its own tests, can. Where a Node has it no more, tickets are
 * as Node makes them.
 */
import { randomBytes } from "node:crypto";
import type { SecureContext } from "node:tls";

/** Octets of each part of the keys, as OpenSSL's callback has them. */
const part = 16;

/** Keys of one control session's tickets. */
export class TicketKeys {
  /** Whether the next resumption brings a new ticket. */
  renews = true;
  /** For Node's own way: the name, then the two keys. */
  readonly all: Buffer = randomBytes(3 * part);
  readonly #name = this.all.subarray(0, part);
  readonly #hmac = this.all.subarray(part, 2 * part);
  readonly #aes = this.all.subarray(2 * part);

  /** Has a context renew its tickets, where this Node can. */
  renewIn(context: SecureContext | undefined): void {
    const handle = (context as { readonly context?: TicketHandle } | undefined)?.context;
    if (typeof handle?.enableTicketKeyCallback !== "function") return;
    handle.onticketkeycallback = (name, iv, encrypts) => {
      if (encrypts) return [used, this.#hmac, this.#aes, this.#name, randomBytes(part)];
      const known = this.renews ? renewed : used;
      return [this.#name.equals(name) ? known : unknown, this.#hmac, this.#aes, this.#name, iv];
    };
    handle.enableTicketKeyCallback();
  }
}

/** What the callback tells OpenSSL (SSL_CTX_set_tlsext_ticket_key_cb): use the keys; use them and renew; no such key. */
const used = 1;
const renewed = 2;
const unknown = 0;

type TicketKeyAnswer = readonly [result: number, hmac: Buffer, aes: Buffer, name: Buffer, iv: Buffer];

interface TicketHandle {
  enableTicketKeyCallback?: () => void;
  onticketkeycallback?: (name: Buffer, iv: Buffer, encrypts: boolean) => TicketKeyAnswer;
}
