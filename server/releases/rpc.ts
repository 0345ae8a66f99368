/** The releases feature of the plant view's contract. */
import { implement } from '@orpc/server';
import { releases as contract, type ReleaseFile, type ReleaseKind, type ReleaseRow } from '#contract/plant/releases.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { Db } from '#server/db/db.ts';
import type { Caller } from '#server/accounts/caller.ts';
import type { ReleasedConfiguration } from '#server/configuration.ts';
import type { PlantContext } from '#server/rpc/context.ts';
import { fileSight } from './file-sight.ts';
import { definitionAt, isPicture, textOf } from './files.ts';
import { unified, type InForceConfiguration } from './in-force.ts';
import type { Releases } from './releases.ts';

interface ContentRow {
  readonly release: number;
  readonly bytes: Uint8Array | null;
}

export function createReleasesRouter(parts: {
  readonly db: Db;
  readonly releases: Releases;
  readonly inForce: InForceConfiguration;
  readonly configuration: ReleasedConfiguration;
}) {
  const { db, releases, inForce } = parts;
  const sees = (caller: Caller) => fileSight(db, parts.configuration(), caller);
  const os = implement(contract).$context<PlantContext>();
  const contentOf = async (path: string, release: number | null): Promise<ContentRow | null> =>
    (
      await db.query<ContentRow>(
        `SELECT r.release, c.bytes FROM release r LEFT JOIN release_content c ON c.sha256 = r.sha256
         WHERE r.path = $1 AND ($2::int IS NULL OR r.release = $2) ORDER BY r.release DESC LIMIT 1`,
        [path, release],
      )
    )[0] ?? null;

  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      for (let revision = 1; signal?.aborted !== true; revision += 1) {
        let wake = (): void => undefined;
        const changed = new Promise<void>((resolve) => (wake = resolve));
        const forget = inForce.onChange(wake);
        signal?.addEventListener('abort', wake, { once: true });
        yield { revision };
        await changed;
        forget();
        signal?.removeEventListener('abort', wake);
      }
    }),
    files: os.files.handler(async ({ context }): Promise<ReleaseFile[]> => {
      const seen = await sees(context.caller);
      const rows = await db.query<{
        path: string;
        release: number | null;
        sha256: string | null;
        releases: number | null;
        by_account: string | null;
        at: number | null;
        submitted: boolean | null;
      }>(
        `SELECT coalesce(r.path, d.path) AS path, r.release, r.sha256, r.release AS releases, d.by_account, d.at, d.submitted
         FROM (SELECT DISTINCT ON (path) path, release, sha256 FROM release ORDER BY path, release DESC) r
         FULL JOIN draft d ON d.path = r.path ORDER BY 1`,
      );
      const loaded = { configuration: inForce.current() };
      return rows
        .filter(({ path }) => seen(path))
        .map((row) => {
          const definition =
            row.sha256 !== null && row.path.endsWith('/definition.yaml') ? definitionAt(loaded, row.path) : null;
          return {
            path: row.path,
            kind: isPicture(row.path) ? 'picture' : 'text',
            definition:
              definition === null
                ? null
                : { id: definition.id, revision: definition.revision, status: definition.status },
            current: row.sha256 === null ? null : row.release,
            releases: row.releases ?? 0,
            draft:
              row.by_account === null
                ? null
                : { by: row.by_account, at: row.at ?? 0, submitted: row.submitted === true },
          };
        });
    }),
    text: os.text.handler(async ({ context, input }) => {
      if (!(await sees(context.caller))(input.path)) return { text: null, release: null };
      const row = await contentOf(input.path, input.release);
      if (row === null || row.bytes === null || isPicture(input.path))
        return { text: null, release: row?.release ?? null };
      return { text: textOf(row.bytes), release: row.release };
    }),
    history: os.history.handler(async ({ context, input }): Promise<Page<ReleaseRow>> => {
      const seen = await sees(context.caller);
      const paths =
        input.path === null
          ? (await db.query<{ path: string }>('SELECT DISTINCT path FROM release')).map(({ path }) => path)
          : [input.path];
      const shown = paths.filter(seen);
      const before = input.cursor === null ? null : Number(input.cursor);
      const rows = await db.query<{
        n: number;
        path: string;
        release: number;
        kind: ReleaseKind;
        sha256: string | null;
        size: number | null;
        drafted_by: string;
        released_by: string;
        released_at: number;
        note: string;
        same_as: number | null;
      }>(
        `SELECT r.n, r.path, r.release, r.kind, r.sha256, octet_length(c.bytes) AS size, r.drafted_by, r.released_by,
           r.released_at, r.note, r.same_as
         FROM release r LEFT JOIN release_content c ON c.sha256 = r.sha256
         WHERE r.path = ANY($1::text[]) AND ($2::bigint IS NULL OR r.n < $2) ORDER BY r.n DESC LIMIT $3`,
        [shown, Number.isSafeInteger(before) ? before : null, input.limit + 1],
      );
      const [total] = await db.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM release WHERE path = ANY($1::text[])',
        [shown],
      );
      const page = rows.slice(0, input.limit);
      return {
        items: page.map((row) => ({
          path: row.path,
          release: row.release,
          kind: row.kind,
          sha256: row.sha256 ?? '',
          size: row.size ?? 0,
          draftedBy: row.drafted_by,
          releasedBy: row.released_by,
          releasedAt: row.released_at,
          note: row.note,
          sameAs: row.same_as,
        })),
        next: rows.length > input.limit ? String(page.at(-1)?.n) : null,
        total: total?.count ?? 0,
      };
    }),
    diff: os.diff.handler(async ({ context, input: { path, from, to } }) => {
      if (isPicture(path) || !(await sees(context.caller))(path)) return '';
      const before = from === null ? null : await contentOf(path, from);
      const after = await contentOf(path, to);
      return unified(
        path,
        textOf(before?.bytes ?? null),
        textOf(after?.bytes ?? null),
        `release ${from ?? 0}`,
        `release ${to}`,
      );
    }),
    draft: os.draft.handler(async ({ context, input }) =>
      (await sees(context.caller))(input.path) ? releases.view(context.caller, input.path) : null,
    ),
    saveDraft: os.saveDraft.handler(({ context, input }) =>
      releases.save(context.caller, input, Buffer.from(input.text, 'utf8')),
    ),
    savePicture: os.savePicture.handler(({ context, input }) =>
      releases.save(context.caller, input, Buffer.from(input.base64, 'base64')),
    ),
    picture: os.picture.handler(async ({ context, input }) => {
      if (!isPicture(input.path) || !(await sees(context.caller))(input.path)) return null;
      const bytes = input.draft
        ? (
            await db.query<{ bytes: Uint8Array }>(
              'SELECT c.bytes FROM draft d JOIN release_content c ON c.sha256 = d.sha256 WHERE d.path = $1',
              [input.path],
            )
          )[0]?.bytes
        : (await contentOf(input.path, input.release))?.bytes;
      if (!bytes) return null;
      return { type: pictureType(input.path), base64: Buffer.from(bytes).toString('base64') };
    }),
    draftWithdrawal: os.draftWithdrawal.handler(({ context, input }) => releases.save(context.caller, input, null)),
    newRevision: os.newRevision.handler(({ context, input }) => releases.newRevision(context.caller, input)),
    check: os.check.handler(async ({ context, input }) =>
      releases.check(input.paths.filter(await sees(context.caller))),
    ),
    differences: os.differences.handler(async ({ context }) => {
      const seen = await sees(context.caller);
      return (await inForce.differences()).filter(({ path }) => seen(path));
    }),
    submit: os.submit.handler(({ context, input }) => releases.submit(context.caller, input)),
    dropDraft: os.dropDraft.handler(({ context, input }) => releases.drop(context.caller, input)),
    sendBack: os.sendBack.handler(({ context, input }) => releases.sendBack(context.caller, input)),
    release: os.release.handler(({ context, input }) => releases.release(context.caller, input)),
    rollBack: os.rollBack.handler(({ context, input }) => releases.rollBack(context.caller, input)),
  });
}

function pictureType(path: string): string {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  if (ending === 'svg') return 'image/svg+xml';
  return `image/${ending === 'jpg' ? 'jpeg' : ending}`;
}
