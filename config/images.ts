/** Images that the steps of a definition name: inside its folder, there, and of a kind that a browser shows. */
import { posix } from 'node:path';
import type { ProcessDefinition } from '#contract/config/definition.ts';
import type { FileTree } from './file-tree.ts';
import type { Path } from './yaml-file.ts';

const kinds = ['.svg', '.png', '.jpg', '.jpeg', '.webp', '.avif'];

interface Images {
  /** Relative to the configuration folder. */
  readonly files: readonly string[];
  readonly faults: readonly { readonly place: Path; readonly problem: string; readonly remedy: string }[];
}

export function checkImages(tree: FileTree, file: string, definition: ProcessDefinition): Images {
  const folder = posix.dirname(file);
  const files = new Set<string>();
  const faults: { place: Path; problem: string; remedy: string }[] = [];
  definition.operations.forEach((operation, o) =>
    operation.steps.forEach(({ image }, s) => {
      if (image === undefined) return;
      const place: Path = ['operations', o, 'steps', s, 'image'];
      const name = posix.normalize(image);
      if (name.startsWith('..') || posix.isAbsolute(name) || name.includes('\\') || name.includes(':')) {
        faults.push({
          place,
          problem: `image "${image}" is outside the folder of the definition`,
          remedy: `Put it beside definition.yaml, e.g. \`image: images/${posix.basename(name)}\`.`,
        });
        return;
      }
      if (!kinds.includes(posix.extname(name).toLowerCase())) {
        faults.push({
          place,
          problem: `image "${image}" is of a kind that cannot be shown`,
          remedy: `Use one of ${kinds.join(', ')}.`,
        });
        return;
      }
      const full = posix.join(folder, name);
      if (tree.size(full) !== null) files.add(full);
      else {
        faults.push({
          place,
          problem: `image "${image}" does not exist`,
          remedy: `Put the file at ${full}, or correct the name (upper and lower case count).`,
        });
      }
    }),
  );
  return { files: [...files].sort(), faults };
}
