/** Headers that every answer carries; the Electron shell sends the same policy for its own pages. */

/** @param connect further sources of connections, e.g. `ws://127.0.0.1:7373` for browsers whose 'self' leaves out WebSockets. */
export function contentSecurityPolicy(connect = ''): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${connect === '' ? '' : ` ${connect}`}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** A picture opened by itself must not run what it carries. */
export const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

export const securityHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), geolocation=(), microphone=(), serial=(), usb=(), hid=()',
};
