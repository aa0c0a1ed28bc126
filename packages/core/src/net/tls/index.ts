export { certificateLook, Certificates, type LoadedCertificate, type TlsCertificateOptions } from "./certificates.ts";
export { TlsClientSession, type TlsClientSettings } from "./client-session.ts";
export { readPem, type PemSource } from "./pem-source.ts";
export { TlsServerSession, type TlsServerSettings } from "./server-session.ts";
export { TlsError, type TlsErrorKind } from "./tls-error.ts";
export { TlsRelay } from "./tls-relay.ts";
