/** Which end opens the next data connection, and where (RFC 959 §3.2, §3.3, RFC 2428). Pure. */
import type { KeptConnection, PassiveArming } from "../../net/index.ts";
import type { DataAddress } from "../../protocol/index.ts";

/** Where a data connection is opened. */
export type OpeningEndpoint =
  /** Neither PORT nor PASV: the peer's default data port, its control port, is connected to. */
  | { readonly end: "default" }
  /** PORT or EPRT: holds for all transfers until changed (RFC 959 §3.2). */
  | { readonly end: "active"; readonly address: DataAddress }
  /** PASV or EPSV: holds for one transfer. CPSV too, with which this server is TLS's client on it. */
  | { readonly end: "passive"; readonly arming: PassiveArming; readonly asClient?: boolean };

/** The data endpoint. */
export type DataEndpoint =
  | OpeningEndpoint
  /** The last transfer's connection stayed open; `otherwise` is what holds once it is gone. */
  | { readonly end: "kept"; readonly connection: KeptConnection; readonly otherwise: OpeningEndpoint };

/** What moves it. */
export type DataEndpointEvent =
  | { readonly event: "port"; readonly address: DataAddress }
  | { readonly event: "armed"; readonly arming: PassiveArming; readonly asClient?: boolean }
  /** A transfer took what there was. */
  | { readonly event: "used" }
  /** A transfer's connection stays open. */
  | { readonly event: "kept"; readonly connection: KeptConnection }
  /** The connection that was kept is gone, or may not serve any more. */
  | { readonly event: "lost" }
  | { readonly event: "reset" };

const noEndpoint: OpeningEndpoint = { end: "default" };

/** The endpoint of a new session. */
export const defaultEndpoint: DataEndpoint = noEndpoint;

/**
 * The endpoint after `event`. When it leaves `passive` or `kept`, arming and connection are the caller's to release, unless
 * they were `used`: compare the two.
 */
export function dataEndpointTransition(endpoint: DataEndpoint, event: DataEndpointEvent): DataEndpoint {
  switch (event.event) {
    case "port":
      return { end: "active", address: event.address };
    case "armed":
      return { end: "passive", arming: event.arming, asClient: event.asClient === true };
    case "used":
      return endpoint.end === "passive" ? noEndpoint : afterKept(endpoint);
    case "kept":
      return { end: "kept", connection: event.connection, otherwise: afterKept(endpoint) };
    case "lost":
      return afterKept(endpoint);
    case "reset":
      return noEndpoint;
  }
}

function afterKept(endpoint: DataEndpoint): OpeningEndpoint {
  return endpoint.end === "kept" ? endpoint.otherwise : endpoint;
}
