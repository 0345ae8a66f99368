/** Files of one folder by web path. Nothing outside the folder can be named, also not through a link inside it. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const pictures = new Set(['.svg', '.png', '.jpg', '.jpeg', '.webp', '.avif']);

export interface ServedFile {
  readonly body: Buffer;
  readonly type: string;
  /** The name carries a hash of the content: it can be kept for ever. */
  readonly immutable: boolean;
}

/**
 * @param path web path below the folder, still percent-encoded, e.g. `/assets/index-B1x2.js`.
 * @returns null for what is not there, is no plain file, has an unknown type or would leave the folder.
 */
export async function readBelow(folder: string, path: string): Promise<ServedFile | null> {
  const segments = safeSegments(path);
  if (segments === null) return null;
  const type = types[extname(segments.at(-1) ?? '').toLowerCase()];
  if (type === undefined) return null;
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, ...segments));
    if (!file.startsWith(root + sep) || !(await stat(file)).isFile()) return null;
    const immutable = segments.length > 1 && /-[\w-]{8,}\.\w+$/.test(segments.at(-1) ?? '');
    return { body: await readFile(file), type, immutable };
  } catch {
    return null;
  }
}

/**
 * A picture of a process definition: `/definition-images/<hash of the definition's text>/<file...>` is that file in the
 * definition's folder. Only picture types, so that no text can be read.
 * @param folder where the definitions are kept, absolute; null: not known yet.
 */
export async function readDefinitionImage(folder: string | null, path: string): Promise<ServedFile | null> {
  const [prefix, hash = '', ...file] = safeSegments(path) ?? [];
  if (folder === null || prefix !== 'definition-images' || !/^[0-9a-f]{64}$/.test(hash)) return null;
  if (!pictures.has(extname(file.at(-1) ?? '').toLowerCase())) return null;
  return readBelow(join(folder, hash), `/${file.map(encodeURIComponent).join('/')}`);
}

/** Decoded segments of a path, or null where one could mean another place. */
function safeSegments(path: string): readonly string[] | null {
  let segments: string[];
  try {
    segments = path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return null;
  }
  // Dots first also leaves out hidden files; backslash, colon and NUL are path syntax on some system.
  const safe = segments.every((segment) => !segment.startsWith('.') && !/[/\\:\0]/.test(segment));
  return safe && segments.length > 0 ? segments : null;
}
