/** The built plant view. Files named by a hash of their content are kept by browsers for ever, the page itself never. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { App } from './app.ts';

/** @param folder with `index.html`; where it is missing nothing is served. @returns whether it is there. */
export async function serveFiles(app: App, folder: string): Promise<boolean> {
  const root = resolve(folder);
  if (!existsSync(join(root, 'index.html'))) return false;
  await app.register(fastifyStatic, {
    root,
    index: 'index.html',
    dotfiles: 'deny',
    cacheControl: false,
    setHeaders(reply, path) {
      const forEver = /-[\w-]{8,}\.\w+$/.test(path);
      void reply.header('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  // The page has one form of address, the fragment; this one is what people type on a big screen.
  app.get<{ Querystring: { readonly line?: unknown } }>('/board', (request, reply) => {
    const { line } = request.query;
    const item = typeof line === 'string' && line !== '' ? `/${encodeURIComponent(line)}` : '';
    return reply.redirect(`/#/board${item}`);
  });
  return true;
}
