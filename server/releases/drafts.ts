/** Drafts as they lie in the database, and of which lines they are. */
import type { Loaded } from '#config/load.ts';
import type { Queries } from '#server/db/db.ts';
import type { Change } from '#server/rpc/changes.ts';
import { refuse } from '#server/rpc/refused.ts';
import { filesInForce, folderOf, isDefinition, judge, keepContent, tellChange } from './files.ts';
import { draftSelect, linesOf, type Author, type DraftRow } from './rules.ts';

export const draftOf = async (tx: Queries, path: string, lock = false): Promise<DraftRow | undefined> => {
  if (lock) await tx.query('SELECT path FROM draft WHERE path = $1 FOR UPDATE', [path]);
  return (await tx.query<DraftRow>(`${draftSelect} WHERE d.path = $1`, [path]))[0];
};
/** The draft that the person saw. @throws Refused when it has changed since. */
export const seenDraft = async (tx: Queries, path: string, version: number): Promise<DraftRow> => {
  const draft = await draftOf(tx, path, true);
  if (draft === undefined) return refuse('draft.unknown', { path }, 'path');
  if (draft.version !== version) refuse('draft.changed', { path, by: draft.by_account }, 'version');
  return draft;
};
/** Drafts of pictures in the folder of a definition. */
export const picturesOf = async (tx: Queries, path: string): Promise<DraftRow[]> =>
  isDefinition(path)
    ? (
        await tx.query<DraftRow>(`${draftSelect} WHERE starts_with(d.path, $1) ORDER BY d.path`, [folderOf(path) ?? ''])
      ).filter((draft) => draft.path !== path)
    : [];
export const changesOf = (drafts: readonly DraftRow[]): Map<string, Uint8Array | null> =>
  new Map(drafts.map(({ path, bytes }) => [path, bytes]));

/** Everybody whose lines a file is about must have said yes: the right is needed on each of them. */
export const needOn = (
  act: Change,
  right: 'definition.edit' | 'definition.release',
  path: string,
  bytes: Uint8Array | null,
  ...judged: Loaded[]
): void => {
  const lines = new Set(judged.flatMap((loaded) => linesOf(loaded, path, bytes)));
  if (lines.size === 0) act.need(right, null);
  else for (const line of lines) act.need(right, line);
};

/** The text that says of which lines a draft is: its own, for a picture that of the definition beside it. */
export const namingOf = async (tx: Queries, path: string, bytes: Uint8Array | null): Promise<Uint8Array | null> => {
  const folder = folderOf(path);
  if (folder === null || isDefinition(path)) return bytes;
  return (await draftOf(tx, `${folder}definition.yaml`))?.bytes ?? null;
};
export const needOnDraft = async (
  act: Change,
  right: 'definition.edit' | 'definition.release',
  { path, bytes }: DraftRow,
): Promise<void> => needOn(act, right, path, await namingOf(act.tx, path, bytes), judge(await filesInForce(act.tx)));

export const writeDraft = async (
  act: Change,
  path: string,
  bytes: Uint8Array | null,
  note: string,
  before?: DraftRow,
): Promise<void> => {
  const { tx, caller, at } = act;
  const self: Author = { accountId: caller.accountId, person: caller.person, email: caller.email };
  const authors = [...(before?.authors ?? []).filter(({ accountId }) => accountId !== self.accountId), self];
  const [known] = await tx.query<{ release: number | null }>(
    'SELECT max(release) AS release FROM release WHERE path = $1',
    [path],
  );
  const hash = bytes === null ? null : await keepContent(tx, bytes);
  const done = await tx.execute(
    `INSERT INTO draft (path, sha256, base, by_account, authors, at, submitted, note, version)
     VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, false, $7, nextval('draft_version'))
     ON CONFLICT (path) DO ${
       before === undefined
         ? 'NOTHING'
         : `UPDATE SET sha256 = excluded.sha256, base = excluded.base, by_account = excluded.by_account,
              authors = excluded.authors, at = excluded.at, submitted = false, note = excluded.note,
              version = excluded.version, sent_back_by = NULL, sent_back_note = NULL`
     }`,
    [path, hash, known?.release ?? null, caller.accountId, JSON.stringify(authors), at, note],
  );
  if (done === 0) refuse('draft.changed', { path, by: '' }, 'version');
  await seeAgain(tx, path);
  await act.audit({
    what: 'draft.saved',
    subject: `file:${path}`,
    before: null,
    after: { sha256: hash, note, withdraws: bytes === null },
  });
  await tellChange(tx);
};
/** Who looks at a definition looks at its pictures too: another picture makes it another draft. */
export const seeAgain = async (tx: Queries, path: string): Promise<void> => {
  const folder = folderOf(path);
  if (folder === null || isDefinition(path)) return;
  await tx.execute(`UPDATE draft SET version = nextval('draft_version'), submitted = false WHERE path = $1`, [
    `${folder}definition.yaml`,
  ]);
};
