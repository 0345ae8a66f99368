/** Everything a page could ask of the shell is refused, but the camera to our own page: photos of nonconformances. */
import { app, session, type WebContents } from 'electron';
import { pageOrigin } from '#contract/shell.ts';

export function isOurPage(url: string): boolean {
  return url === pageOrigin || url.startsWith(`${pageOrigin}/`);
}

/** For every page there ever is, also ones that nobody meant to open. Call before the first window. */
export function denyByDefault(): void {
  app.on('web-contents-created', (_event, contents) => denyFor(contents));
  const ours = session.defaultSession;
  ours.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(isCamera(permission, details) && isOurPage(details.requestingUrl)),
  );
  ours.setPermissionCheckHandler(
    (_contents, permission, origin, details) =>
      permission === 'media' && details.mediaType === 'video' && isOurPage(origin.replace(/\/$/, '')),
  );
  ours.setDevicePermissionHandler(() => false);
  ours.on('will-download', (event) => event.preventDefault());
}

/** Pictures only: never with sound. */
function isCamera(permission: string, details: object | undefined): boolean {
  const types: unknown = (details as { readonly mediaTypes?: unknown } | undefined)?.mediaTypes;
  return permission === 'media' && Array.isArray(types) && types.length === 1 && types[0] === 'video';
}

function denyFor(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  const stay = (event: { preventDefault(): void; readonly url: string }): void => {
    // The page loading itself anew is no navigation away.
    if (!isOurPage(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
}
