/** Where the shell finds things: the command line of `npm start`, or the places of an installed program. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

export interface ShellOptions {
  readonly config: string;
  /** null: the plant's default station. */
  readonly station: string | null;
  readonly data: string;
}

export interface Places {
  /** Folder of the program's own resources (the demo plant is in it). */
  readonly resources: string;
  /** This user's folder of the program. */
  readonly userData: string;
}

/** @throws where an option is unknown (node:util parseArgs). */
export function readShellOptions(argv: readonly string[], places: Places): ShellOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: { config: { type: 'string' }, station: { type: 'string' }, data: { type: 'string' } },
  });
  return {
    config: values.config ?? join(places.resources, 'demo-plant'),
    station: values.station ?? null,
    data: values.data ?? join(places.userData, 'data'),
  };
}
