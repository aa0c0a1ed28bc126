/** Where a session stands with its login (RFC 959 §5.4, diagrams of §6). Pure. */
import type { Account } from "../../accounts/index.ts";

/** The login state machine. */
export type LoginState =
  | { readonly state: "out" }
  /** USER came; PASS is awaited. */
  | { readonly state: "named"; readonly user: string }
  /** The password was right so far; ACCT is awaited. */
  | { readonly state: "account-needed"; readonly user: string; readonly password: string }
  | { readonly state: "in"; readonly account: Account };

/** What moves it. */
export type LoginEvent =
  | { readonly event: "user"; readonly user: string }
  | { readonly event: "account-needed"; readonly user: string; readonly password: string }
  | { readonly event: "accepted"; readonly account: Account }
  | { readonly event: "refused" }
  | { readonly event: "reinitialised" };

/** Nobody is logged in. */
export const loggedOut: LoginState = { state: "out" };

/** The state after `event`. USER in the middle of a session starts the login afresh. */
export function loginTransition(state: LoginState, event: LoginEvent): LoginState {
  switch (event.event) {
    case "user":
      return { state: "named", user: event.user };
    case "account-needed":
      return state.state === "in" ? state : { state: "account-needed", user: event.user, password: event.password };
    case "accepted":
      return { state: "in", account: event.account };
    case "refused":
    case "reinitialised":
      return loggedOut;
  }
}
