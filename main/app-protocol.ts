/** `app://linewright/...`: the built renderer and the pictures of definitions. A file:// page could read the whole disk. */
import { protocol } from 'electron';
import { pageOrigin } from '#contract/shell.ts';
import { readBelow, readDefinitionImage } from '#station/web/files.ts';
import { contentSecurityPolicy, picturePolicy, securityHeaders } from '#station/web/security-headers.ts';

/** Must be called before the app is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** @param definitionsFolder of the station that runs; null: none has said it yet. */
export function serveApp(rendererDir: string, definitionsFolder: () => string | null): void {
  protocol.handle('app', (request) => respond(request.url, request.method, rendererDir, definitionsFolder()));
}

/** One answer of the protocol: only reading, only our one host. */
export async function respond(
  url: string,
  method: string,
  rendererDir: string,
  definitionsFolder: string | null,
): Promise<Response> {
  const refused = (status: number): Response => new Response(null, { status, headers: securityHeaders });
  if (method !== 'GET') return refused(405);
  if (!url.startsWith(`${pageOrigin}/`)) return refused(403);
  const path = (url.slice(pageOrigin.length).split(/[?#]/)[0] ?? '/') || '/';
  const isPicture = path.startsWith('/definition-images/');
  const file = isPicture
    ? await readDefinitionImage(definitionsFolder, path)
    : await readBelow(rendererDir, path === '/' ? '/index.html' : path);
  if (file === null) return refused(404);
  return new Response(new Uint8Array(file.body), {
    headers: {
      ...securityHeaders,
      'content-type': file.type,
      'content-security-policy': isPicture ? picturePolicy : contentSecurityPolicy(),
      'cache-control': file.immutable ? 'max-age=31536000, immutable' : 'no-cache',
    },
  });
}
