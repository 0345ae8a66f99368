/** How the message catalogue is compiled, for the build of the screens and for `npm run check`. */
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const compiler = {
  project: at('project.inlang'),
  outdir: at('paraglide'),
  outputStructure: 'locale-modules' as const,
  strategy: ['globalVariable' as const, 'baseLocale' as const] as ['globalVariable', 'baseLocale'],
  emitReadme: false,
};
