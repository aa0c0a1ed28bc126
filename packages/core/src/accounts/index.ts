export {
  isRefusal,
  readOnly,
  readWrite,
  type Account,
  type Accounts,
  type ClientCertificate,
  type ConnectionInfo,
  type Credentials,
  type EndPoint,
  type LogoutReason,
  type Permission,
  type Permissions,
  type Refusal,
  type RefusalReason,
  type TlsInfo,
  type TlsPolicy,
} from "./accounts.ts";
export { checksAtOnce, checksWaiting, verifiedKept, verifiedLifetime } from "./password-checker.ts";
export {
  defaultHashCost,
  hashPassword,
  isPasswordHash,
  passwordLimit,
  verifyPassword,
  type HashCost,
} from "./password-hash.ts";
export {
  StaticAccounts,
  type AnonymousAccount,
  type StaticAccountsOptions,
  type StaticUser,
} from "./static-accounts.ts";
