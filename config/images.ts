/** Images that the steps of a definition name: inside its folder, there, and of a kind that a browser shows. */
import { posix } from 'node:path';
import type { Defects } from '#contract/config/defects.ts';
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
      const found = imageIn(tree, folder, image);
      if ('file' in found) files.add(found.file);
      else faults.push({ place: ['operations', o, 'steps', s, 'image'], ...found });
    }),
  );
  definition.characteristics.forEach(({ balloon }, c) => {
    if (balloon === undefined) return;
    const found = imageIn(tree, folder, balloon.image);
    if ('file' in found) files.add(found.file);
    else faults.push({ place: ['characteristics', c, 'balloon', 'image'], ...found });
  });
  return { files: [...files].sort(), faults };
}

/** Part pictures of the defects lie in the folder of the newest released revision of their definition. */
export function checkPictures(
  tree: FileTree,
  { pictures }: Defects,
  definitions: readonly { readonly file: string; readonly value: ProcessDefinition }[],
): Images {
  const files = new Set<string>();
  const faults: Images['faults'][number][] = [];
  pictures.forEach(({ definition, image }, at) => {
    // That the definition is unknown or not released is told by the cross-checks.
    const of = definitions.findLast(({ value }) => value.id === definition && value.status === 'released');
    if (of === undefined) return;
    const found = imageIn(tree, posix.dirname(of.file), image);
    if ('file' in found) files.add(found.file);
    else faults.push({ place: ['pictures', at, 'image'], ...found });
  });
  return { files: [...files].sort(), faults };
}

/** A picture that a browser shows, inside the folder of the definition. */
function imageIn(
  tree: FileTree,
  folder: string,
  image: string,
): { readonly file: string } | { readonly problem: string; readonly remedy: string } {
  const name = posix.normalize(image);
  if (name.startsWith('..') || posix.isAbsolute(name) || name.includes('\\') || name.includes(':'))
    return {
      problem: `image "${image}" is outside the folder of the definition`,
      remedy: `Put it beside definition.yaml, e.g. \`image: images/${posix.basename(name)}\`.`,
    };
  if (!kinds.includes(posix.extname(name).toLowerCase()))
    return {
      problem: `image "${image}" is of a kind that cannot be shown`,
      remedy: `Use one of ${kinds.join(', ')}.`,
    };
  const file = posix.join(folder, name);
  if (tree.size(file) !== null) return { file };
  return {
    problem: `image "${image}" does not exist`,
    remedy: `Put the file at ${file}, or correct the name (upper and lower case count).`,
  };
}
