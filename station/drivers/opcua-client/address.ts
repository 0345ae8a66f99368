/**
 * Addresses of nodes. Only the forms that keep their meaning when a server restarts: a namespace URI (OPC 10000-6,
 * 5.1.12) or the standard namespace, whose index is fixed at 0. A bare index (`ns=2`) is refused: indexes move.
 */

export interface NodeAddress {
  /** null = the OPC UA namespace itself. */
  readonly namespaceUri: string | null;
  /** `s=...`, `i=...`, `g=...` or `b=...`. */
  readonly identifier: string;
}

const guid = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** @returns the parts, or what is wrong and what to write instead, in English. */
export function parseAddress(address: string): NodeAddress | string {
  if (address.startsWith('ns=')) {
    return `${address}: a namespace index moves when the server changes; write nsu=<namespace URI>;... instead`;
  }
  let identifier = address;
  let namespaceUri: string | null = null;
  if (address.startsWith('nsu=')) {
    // An identifier may hold semicolons, a URI may hold "s=" in its query: the first ";" before a known type letter ends it.
    const end = address.search(/;[sigb]=/);
    if (end < 0) return `${address}: after nsu=<namespace URI>; comes s=, i=, g= or b= with the identifier`;
    namespaceUri = address.slice(4, end);
    if (namespaceUri === '') return `${address}: the namespace URI is empty`;
    identifier = address.slice(end + 1);
  }
  const wrong = checkIdentifier(identifier);
  if (wrong !== null) return `${address}: ${wrong}`;
  return { namespaceUri, identifier };
}

function checkIdentifier(identifier: string): string | null {
  const value = identifier.slice(2);
  switch (identifier.slice(0, 2)) {
    case 's=':
      return value.length === 0 || value.length > 4096 ? 'a text identifier has 1 to 4096 characters' : null;
    case 'i=':
      return /^\d{1,10}$/.test(value) && Number(value) <= 0xffff_ffff ? null : 'i= takes a number from 0 to 4294967295';
    case 'g=':
      return guid.test(value) ? null : 'g= takes a GUID such as 09087e75-8e5e-499b-954f-f2a9603db28a';
    case 'b=':
      return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value) && value !== ''
        ? null
        : 'b= takes base64';
    default:
      return 'expected nsu=<namespace URI>;s=<name>, or i=, g=, b= in place of s=';
  }
}

/** For `linewright check`. */
export function checkAddress(address: string): string | null {
  const parsed = parseAddress(address);
  return typeof parsed === 'string' ? parsed : null;
}

/** @returns the node id with the index that the server uses now, or null when it does not have the namespace. */
export function resolveAddress(address: NodeAddress, namespaces: readonly string[]): string | null {
  if (address.namespaceUri === null) return `ns=0;${address.identifier}`;
  const index = namespaces.indexOf(address.namespaceUri);
  return index < 0 ? null : `ns=${index};${address.identifier}`;
}
