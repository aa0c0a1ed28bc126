/** What the application is told of one request, and what is counted of it. */
import type { TftpAgreement } from "../../protocol/index.ts";
import { refusalFor, type TftpRefusal } from "../transfer/error-codes.ts";
import { clock, type TransferEnd } from "../transfer/transfer.ts";
import type { TftpServerEvents } from "./events.ts";
import { TftpRequestError } from "./request-error.ts";
import type { TftpRequestInfo } from "./options.ts";
import type { RequestHost } from "./served-request.ts";

/** Milliseconds between two events of progress. */
const progressTick = 1_000;

/** Tells of one request. */
export class RequestEvents {
  readonly #host: RequestHost;
  readonly #info: TftpRequestInfo;
  #agreement: TftpAgreement | undefined;
  #path: string | undefined;
  #begun = 0;
  #nextProgress = 0;

  constructor(host: RequestHost, info: TftpRequestInfo) {
    this.#host = host;
    this.#info = info;
  }

  /** The transfer begins. @param path - Where the file lies in the storage, if it does. */
  begin(agreement: TftpAgreement, path: string | undefined): void {
    this.#agreement = agreement;
    this.#path = path;
    this.#begun = clock();
    this.#nextProgress = this.#begun + progressTick;
    this.#host.tell("transfer-start", this.#state(agreement, 0));
  }

  /** The transfer may have gone on. It is asked how far only when that is to be told. */
  progress(transfer: { readonly octets: number }): void {
    if (this.#agreement === undefined || !this.#host.hears("progress")) return;
    const now = clock();
    if (now < this.#nextProgress) return;
    this.#nextProgress = now + progressTick;
    this.#host.tell("progress", this.#state(this.#agreement, transfer.octets));
  }

  /** The transfer ended. @param probed - Whether the peer may have asked for the options alone: it said nothing else. */
  end({ failure, octets, counts, roundTrip }: TransferEnd, probed: boolean): void {
    if (this.#agreement === undefined) return;
    const { counters } = this.#host;
    counters.resent += counts.resent;
    counters.timeouts += counts.timeouts;
    if (this.#info.operation === "read") counters.octetsSent += octets;
    else counters.octetsReceived += octets;
    const state = this.#state(this.#agreement, octets);
    const event = { ...state, milliseconds: clock() - this.#begun, roundTrip, counts };
    if (failure === undefined) {
      counters.transfers++;
      this.#host.tell("transfer", event);
    } else if (failure.kind === "peer-error" && probed) {
      counters.declined++;
      this.#host.tell("declined", event);
    } else {
      counters.broken++;
      const cause = "cause" in failure ? failure.cause : undefined;
      this.#host.tell("transfer-broken", { ...event, kind: failure.kind, message: failure.message, cause });
    }
  }

  /** The request is refused. @returns What the peer is to be told. */
  refuse(cause: unknown): TftpRefusal {
    const known = cause instanceof TftpRequestError;
    const { code, message } = known ? cause : refusalFor(cause);
    this.#host.counters.refusals++;
    this.#host.tell("refusal", { request: this.#info, remote: this.#info.remote, code, message });
    if (!known && !(cause instanceof Error && cause.name === "StorageError")) {
      this.#host.tell("server-error", { doing: "serving a request", cause });
    }
    return { code, message };
  }

  #state(agreement: TftpAgreement, octets: number): TftpServerEvents["progress"][0] {
    return { request: this.#info, path: this.#path, agreement, octets };
  }
}
