/**
 * How the message catalogues are compiled, for the build of the screens and for `npm run check`. Two of them: what the
 * station (and whatever both apps share) says, and what only the plant view says, so that neither page carries the
 * other's words.
 */
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const common = {
  outputStructure: 'locale-modules' as const,
  strategy: ['globalVariable' as const, 'baseLocale' as const] as ['globalVariable', 'baseLocale'],
  emitReadme: false,
};
export const compiler = { ...common, project: at('project.inlang'), outdir: at('paraglide') };
export const plantCompiler = { ...common, project: at('plant.inlang'), outdir: at('paraglide-plant') };
