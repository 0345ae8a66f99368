/** `npm run plant`: the plant server with the demo plant, or another one; Ctrl-C ends it. See `--help`. */
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { exitHopeless } from '#contract/shell.ts';
import type { PlantEntryMessage } from '#server/plant.entry.ts';
import { buildIfStale, plantView } from './start/build.ts';
import { Processes } from './start/processes.ts';

const help = `npm run plant -- [OPTIONS]      starts the plant server and serves its view

  --config DIR         configuration folder                          (resources/demo-plant)
  --import-config      what differs in the folder from what is released becomes drafts, to be released on the releases screen
  --data DIR           data folder of the server                     (data/PLANT/server)
  --port N             port                                          (7400)
  --host ADDR          address it listens on                         (127.0.0.1; anything else is reachable from the network)
  --tls-cert FILE      certificate chain (PEM); with --tls-key it serves HTTPS
  --tls-key FILE       private key (PEM)
  --trust-proxy        believe x-forwarded-* of the proxy before it
  --drop DIR           watch DIR/in for files of orders (docs/integration.md)
  --oidc FILE          sign-in at an OpenID provider too (docs/operations.md); LINEWRIGHT_OIDC_SECRET holds the secret
  --idle-minutes N     a session with nothing open ends after this            (60)
  --session-hours N    a session ends after this, whatever happens            (12)
  --view DIR           built plant view                              (out/plant)
  --help               this

DATABASE_URL (postgresql://user:password@host/database) names a PostgreSQL 15 or newer; without it the server keeps an
embedded database in its data folder. Ctrl-C ends everything.
Exit codes: 0 ended as asked, 1 unexpected, 2 options, configuration, database or port must be put right first.
`;

const root = fileURLToPath(new URL('..', import.meta.url));
const say = (line: string): void => console.log(line);
const args = process.argv.slice(2);
if (args.includes('--help')) {
  say(help);
  process.exit(0);
}

const processes = new Processes();
let ending = false;
async function finish(code: number, line: string | null = null): Promise<void> {
  if (ending) return;
  ending = true;
  if (line !== null) console.error(line);
  await processes.endAll();
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void finish(0));
if (process.env.npm_lifecycle_event !== undefined) {
  // npm hands a SIGTERM to the shell between us, which dies of it without telling us.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && void finish(0), 1_000).unref();
}

// A view of somebody's own is not built here.
if (!args.some((one) => one === '--view' || one.startsWith('--view=')))
  await buildIfStale(root, plantView, say).catch((error: unknown) =>
    finish(1, error instanceof Error ? error.message : String(error)),
  );
say(
  process.env.DATABASE_URL
    ? 'Starting the plant server on PostgreSQL …'
    : 'Starting the plant server on its embedded database; the first start takes some seconds …',
);
let failure: string | null = null;
const child = processes.start('plant server', process.execPath, [join(root, 'server', 'plant.entry.ts'), ...args], {
  message(received) {
    const message = received as PlantEntryMessage;
    if (message.type === 'failed') failure = message.message;
    else {
      say(`Plant view: ${message.url}`);
      if (message.setUp !== null) say(`Make the first administrator within an hour, once: ${message.setUp}`);
      say('Ctrl-C ends it.');
    }
  },
});
void child.ended.then((code) => {
  const line = failure === null || code !== exitHopeless ? failure : `${failure} (options: npm run plant -- --help)`;
  void finish(code ?? 1, line ?? (code === 0 ? null : 'The plant server ended unexpectedly.'));
});
