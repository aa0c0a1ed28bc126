/** Whether a transfer runs, and what is known of it: STAT tells it, ABOR ends it (RFC 959 §4.1.3). Pure. */

/** The transfer state machine. */
export type TransferState =
  | { readonly state: "none" }
  /** The storage is asked for what is to be moved: nothing has begun yet. */
  | { readonly state: "opening"; readonly verb: string; readonly path: string; readonly abort: AbortController }
  /** The data connection is being made. */
  | { readonly state: "connecting"; readonly verb: string; readonly path: string; readonly abort: AbortController }
  /** Bytes move. */
  | {
      readonly state: "moving";
      readonly verb: string;
      readonly path: string;
      readonly abort: AbortController;
      readonly since: number;
    };

/** What moves it. */
export type TransferStateEvent =
  | { readonly event: "begin"; readonly verb: string; readonly path: string; readonly abort: AbortController }
  | { readonly event: "opened" }
  | { readonly event: "connected"; readonly at: number }
  | { readonly event: "end" };

/** No transfer runs. */
export const noTransfer: TransferState = { state: "none" };

/** The state after `event`. */
export function transferTransition(state: TransferState, event: TransferStateEvent): TransferState {
  switch (event.event) {
    case "begin":
      return { state: "opening", verb: event.verb, path: event.path, abort: event.abort };
    case "opened":
      return state.state === "opening" ? { ...state, state: "connecting" } : state;
    case "connected":
      return state.state === "connecting" || state.state === "opening"
        ? { state: "moving", verb: state.verb, path: state.path, abort: state.abort, since: event.at }
        : state;
    case "end":
      return noTransfer;
  }
}
