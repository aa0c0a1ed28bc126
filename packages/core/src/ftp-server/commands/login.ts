/** USER, PASS, ACCT (RFC 959 §4.1.1, RFC 1635, RFC 2577 §5). */
import {
  isRefusal,
  type Account,
  type ClientCertificate,
  type Credentials,
  type Refusal,
} from "../../accounts/index.ts";
import { message, replyCode } from "../../protocol/index.ts";
import { resolveVirtualPath, rootPath } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import { isReservationRefusal, type Reservation } from "../reservations.ts";
import type { Session } from "../session/session.ts";

/** USER: always answered 331, for names that exist and names that do not (RFC 2577 §6). */
export const user: CommandRow<string> = {
  phase: "any",
  handle(session, name) {
    // For every name alike, so that no password travels in clear (RFC 2577 §6).
    if (session.host.tls?.policy().requireForLogin === true && session.tls === undefined) {
      throw new CommandError("tls-required", message("Logins are taken under TLS only: send AUTH TLS first"));
    }
    if (session.login.state !== "in") return named(session, name);
    return session.logOut("reinitialised").then(() => {
      session.forgetAccount();
      return named(session, name);
    });
  },
};

function named(session: Session, name: string): void | Promise<void> {
  const use = session.host.tls?.certificateUse;
  const certificate = session.connection.tls?.clientCertificate;
  if (use === "required" && session.tls !== undefined && certificate?.verified !== true) {
    const trouble =
      certificate === undefined
        ? message("A client certificate is needed, and none was shown")
        : message("A client certificate is needed, and yours is not verified ({error})", {
            error: certificate.error ?? "",
          });
    throw new CommandError("login-refused", trouble);
  }
  const { accounts } = session.host.options;
  session.moveLogin({ event: "user", user: name });
  if (use !== "login" || certificate?.verified !== true || accounts.loginByCertificate === undefined) {
    return askPassword(session, name);
  }
  return byCertificate(session, name, certificate);
}

async function byCertificate(session: Session, name: string, certificate: ClientCertificate): Promise<void> {
  let answer: Account | Refusal | undefined;
  try {
    answer = await session.host.options.accounts.loginByCertificate?.(name, certificate, session.connection);
  } catch (cause) {
    return unavailable(session, cause);
  }
  if (answer === undefined || (isRefusal(answer) && answer.refused === "credentials"))
    return askPassword(session, name);
  return answered(session, { user: name, password: "" }, answer, replyCode.loggedInBySecurityData);
}

function askPassword(session: Session, name: string): void {
  const anonymous = session.host.options.accounts.isAnonymous?.(name) === true;
  session.reply(
    replyCode.needPassword,
    anonymous
      ? message("Anonymous login: please give your e-mail address as the password")
      : message("Password required"),
  );
}

/** PASS: asks the accounts. */
export const pass: CommandRow<string | undefined> = {
  phase: "any",
  handle(session, password) {
    const { login } = session;
    if (login.state === "in") {
      session.reply(replyCode.superfluous, message("You are logged in already"));
      return undefined;
    }
    if (login.state !== "named") throw new CommandError("bad-sequence", message("Name the user with USER first"));
    return ask(session, { user: login.user, password: password ?? "" });
  },
};

/** ACCT: asked for by 332 only. */
export const acct: CommandRow<string> = {
  phase: "any",
  handle(session, account) {
    const { login } = session;
    if (login.state === "in") {
      session.reply(replyCode.superfluous, message("No account is needed"));
      return undefined;
    }
    if (login.state !== "account-needed")
      throw new CommandError("bad-sequence", message("Log in with USER and PASS first"));
    return ask(session, { user: login.user, password: login.password, account });
  },
};

/** Stays synchronous where the accounts do: a login that needs no hashing costs no turn of the loop. */
function ask(session: Session, credentials: Credentials): void | Promise<void> {
  let answer: Account | Refusal | Promise<Account | Refusal>;
  try {
    answer = session.host.options.accounts.login(credentials, session.connection);
  } catch (cause) {
    return unavailable(session, cause);
  }
  if (!(answer instanceof Promise)) return answered(session, credentials, answer);
  return answer.then(
    (later) => answered(session, credentials, later),
    (cause: unknown) => unavailable(session, cause),
  );
}

function unavailable(session: Session, cause: unknown): never {
  session.host.fault("asking the accounts", cause, session.id);
  session.moveLogin({ event: "refused" });
  throw new CommandError("accounts-unavailable", message("Logins are not possible just now; try again later"));
}

function answered(
  session: Session,
  credentials: Credentials,
  answer: Account | Refusal,
  code: number = replyCode.loggedIn,
): void | Promise<void> {
  if (isRefusal(answer)) return refused(session, credentials, answer);
  if (session.over) return session.dismiss(answer);
  if (answer.tls?.requireForLogin === true && session.tls === undefined) return tooOpen(session, answer);
  const { reservations } = session.host.options;
  if (reservations === undefined) return accepted(session, answer, undefined, code);
  return reserve(session, answer, code);
}

/** An account that logs in under TLS only, and is told so once it is known who it is. */
async function tooOpen(session: Session, account: Account): Promise<void> {
  session.moveLogin({ event: "refused" });
  await session.dismiss(account);
  throw new CommandError("tls-required", message("This account logs in under TLS only: send AUTH TLS first"));
}

async function reserve(session: Session, account: Account, code: number): Promise<void> {
  let reservation: Reservation;
  try {
    const asked = { kind: "login", connection: session.connection, account } as const;
    const got = await session.host.options.reservations?.reserve(asked);
    if (got === undefined) return accepted(session, account, undefined, code);
    if (isReservationRefusal(got)) throw new CommandError("login-refused", got.message);
    reservation = got;
  } catch (error) {
    session.moveLogin({ event: "refused" });
    await session.dismiss(account);
    throw error;
  }
  if (!session.over) return accepted(session, account, reservation, code);
  await reservation.release({ bytes: 0, complete: true });
  return session.dismiss(account);
}

function accepted(session: Session, account: Account, reservation: Reservation | undefined, code: number): void {
  session.host.throttle.succeeded(session.connection.remote.address);
  session.failedLogins = 0;
  session.keepLoginReservation(reservation);
  session.moveLogin({ event: "accepted", account });
  session.workingDirectory = resolveVirtualPath(rootPath, account.home ?? "/");
  if (session.host.hears("login")) {
    session.host.tell("login", { ...session.event(), account: account.name, anonymous: account.anonymous === true });
  }
  session.reply(code, account.welcome ?? message("Logged in"));
}

async function refused(session: Session, credentials: Credentials, refusal: Refusal): Promise<void> {
  if (refusal.refused === "account-needed") {
    session.moveLogin({ event: "account-needed", user: credentials.user, password: credentials.password });
    session.reply(replyCode.needAccount, refusal.message ?? message("Name an account with ACCT"));
    return;
  }
  session.moveLogin({ event: "refused" });
  if (session.host.hears("login-refused")) {
    session.host.tell("login-refused", { ...session.event(), user: credentials.user, reason: refusal.refused });
  }
  switch (refusal.refused) {
    case "too-many-sessions":
      throw new CommandError("too-many-sessions", refusal.message ?? message("Too many sessions; try again later"));
    case "unavailable":
      throw new CommandError(
        "accounts-unavailable",
        refusal.message ?? message("Logins are not possible just now; try again later"),
      );
    case "credentials":
    case "not-allowed":
      return slowly(session, refusal);
  }
}

/** A wrong password is answered late, and ever later; too many end the session. */
async function slowly(session: Session, refusal: Refusal): Promise<void> {
  session.failedLogins++;
  const { limits } = session.host.options;
  const delay = session.host.throttle.failed(session.connection.remote.address, performance.now());
  await new Promise((resolve) => setTimeout(resolve, delay));
  if (session.failedLogins >= limits.loginAttempts) {
    throw new CommandError("too-many-sessions", message("Too many failed logins; goodbye"));
  }
  throw new CommandError("login-refused", refusal.message ?? message("Login incorrect"));
}
