/** Drafts, their review, release and roll-back (docs/server.md): what may be done by whom, in one transaction each. */
import { parseDocument } from 'yaml';
import type { PlantOutcome } from '#contract/plant/base.ts';
import type { DraftView, ReleaseKind } from '#contract/plant/releases.ts';
import type { Loaded } from '#config/load.ts';
import { samePerson, type Caller } from '#server/accounts/caller.ts';
import type { Db, Queries } from '#server/db/db.ts';
import type { Change, Changes } from '#server/rpc/changes.ts';
import { refuse } from '#server/rpc/refused.ts';
import {
  affected,
  definitionAt,
  filesInForce,
  folderOf,
  holdHead,
  isAllowed,
  isDefinition,
  isPicture,
  judge,
  keepContent,
  putInForce,
  sha256,
  tellChange,
  textOf,
} from './files.ts';
import { unified, type InForceConfiguration } from './in-force.ts';
import { corrects, draftSelect, keepsRevision, linesOf, type Author, type DraftRow } from './rules.ts';

export interface Seen {
  readonly commandId: string;
  readonly path: string;
  readonly version: number;
}

export interface Releases {
  view(path: string): Promise<DraftView | null>;
  /** @param bytes null: takes the file away. */
  save(
    caller: Caller,
    seen: Seen & { readonly note: string },
    bytes: Uint8Array | null,
  ): Promise<PlantOutcome<DraftView>>;
  newRevision(
    caller: Caller,
    input: { readonly commandId: string; readonly from: string; readonly revision: string },
  ): Promise<PlantOutcome<DraftView>>;
  check(paths: readonly string[]): Promise<DraftView['faults']>;
  submit(caller: Caller, seen: Seen): Promise<PlantOutcome>;
  drop(caller: Caller, seen: Seen): Promise<PlantOutcome>;
  sendBack(caller: Caller, seen: Seen & { readonly note: string }): Promise<PlantOutcome>;
  release(
    caller: Caller,
    input: Seen & {
      readonly note: string;
      readonly also: readonly { readonly path: string; readonly version: number }[];
    },
  ): Promise<PlantOutcome<{ readonly release: number }>>;
  rollBack(
    caller: Caller,
    input: { readonly commandId: string; readonly path: string; readonly to: number; readonly note: string },
  ): Promise<PlantOutcome<{ readonly release: number }>>;
}

export function createReleases({
  db,
  change,
  inForce,
}: {
  readonly db: Db;
  readonly change: Changes;
  readonly inForce: InForceConfiguration;
}): Releases {
  const draftOf = async (tx: Queries, path: string, lock = false): Promise<DraftRow | undefined> => {
    if (lock) await tx.query('SELECT path FROM draft WHERE path = $1 FOR UPDATE', [path]);
    return (await tx.query<DraftRow>(`${draftSelect} WHERE d.path = $1`, [path]))[0];
  };
  /** The draft that the person saw. @throws Refused when it has changed since. */
  const seenDraft = async (tx: Queries, path: string, version: number): Promise<DraftRow> => {
    const draft = await draftOf(tx, path, true);
    if (draft === undefined) return refuse('draft.unknown', { path }, 'path');
    if (draft.version !== version) refuse('draft.changed', { path, by: draft.by_account }, 'version');
    return draft;
  };
  /** Drafts of pictures in the folder of a definition. */
  const picturesOf = async (tx: Queries, path: string): Promise<DraftRow[]> =>
    isDefinition(path)
      ? (
          await tx.query<DraftRow>(`${draftSelect} WHERE starts_with(d.path, $1) ORDER BY d.path`, [
            folderOf(path) ?? '',
          ])
        ).filter((draft) => draft.path !== path)
      : [];
  const changesOf = (drafts: readonly DraftRow[]): Map<string, Uint8Array | null> =>
    new Map(drafts.map(({ path, bytes }) => [path, bytes]));

  /** Everybody whose lines a file is about must have said yes: the right is needed on each of them. */
  const needOn = (
    act: Change,
    right: 'definition.edit' | 'definition.release',
    path: string,
    ...judged: Loaded[]
  ): void => {
    const lines = new Set(judged.flatMap((loaded) => linesOf(loaded, path)));
    if (lines.size === 0) act.need(right, null);
    else for (const line of lines) act.need(right, line);
  };

  const view = async (path: string): Promise<DraftView | null> => {
    const draft = await draftOf(db, path);
    if (draft === undefined) return null;
    const files = await filesInForce(db);
    const before = judge(files);
    const pictures = await picturesOf(db, path);
    const loaded = judge(files, changesOf([draft, ...pictures]));
    const text = isPicture(path) ? '' : textOf(draft.bytes);
    return {
      path,
      kind: isPicture(path) ? 'picture' : 'text',
      text,
      withdraws: draft.bytes === null,
      base: draft.base,
      by: draft.by_account,
      authors: draft.authors.map(({ accountId }) => accountId),
      at: draft.at,
      submitted: draft.submitted,
      note: draft.note,
      version: draft.version,
      sentBack: draft.sent_back_by === null ? null : { by: draft.sent_back_by, note: draft.sent_back_note ?? '' },
      correction: corrects(files, before, path, draft.bytes),
      pictures: pictures.map((picture) => ({ path: picture.path, size: picture.bytes?.byteLength ?? 0 })),
      faults: 'faults' in loaded ? loaded.faults : [],
      diff: isPicture(path) ? '' : unified(path, textOf(files.get(path)?.bytes ?? null), text, 'released', 'draft'),
      affects: await affected(db, definitionAt(before, path)),
    };
  };
  const withView = async (path: string, outcome: PlantOutcome<undefined>): Promise<PlantOutcome<DraftView>> => {
    if (!outcome.ok) return outcome;
    const value = await view(path);
    return value === null
      ? { ok: false, faults: [{ code: 'draft.unknown', params: { path }, field: 'path' }] }
      : { ok: true, value };
  };

  const write = async (
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
  const seeAgain = async (tx: Queries, path: string): Promise<void> => {
    const folder = folderOf(path);
    if (folder === null || isDefinition(path)) return;
    await tx.execute(`UPDATE draft SET version = nextval('draft_version'), submitted = false WHERE path = $1`, [
      `${folder}definition.yaml`,
    ]);
  };

  return {
    view,

    save: async (caller, { commandId, path, version, note }, bytes) =>
      withView(
        path,
        await change(caller, commandId, { right: 'definition.edit' }, async (act) => {
          if (!isAllowed(path)) refuse('file.path-not-allowed', { path }, 'path');
          const files = await filesInForce(act.tx);
          const known = files.get(path);
          if (known !== undefined || bytes === null) needOn(act, 'definition.edit', path, judge(files));
          if (bytes === null && known === undefined) refuse('file.unknown', { path }, 'path');
          if (bytes === null && isDefinition(path)) refuse('definition.not-withdrawn', { path }, 'path');
          const before = version === 0 ? undefined : await seenDraft(act.tx, path, version);
          if (before === undefined) {
            const other = await draftOf(act.tx, path, true);
            if (other !== undefined) refuse('draft.changed', { path, by: other.by_account }, 'version');
          }
          if (bytes !== null && known !== undefined && sha256(bytes) === known.sha256)
            refuse('draft.unchanged', { path }, 'text');
          await write(act, path, bytes, note, before);
          return undefined;
        }),
      ),

    newRevision: async (caller, { commandId, from, revision }) => {
      const folder = folderOf(from);
      const { id } = definitionAt({ configuration: inForce.current() }, from) ?? { id: '' };
      const to = `definitions/${id}.${revision}/definition.yaml`;
      return withView(
        to,
        await change(caller, commandId, { right: 'definition.edit' }, async (act) => {
          const files = await filesInForce(act.tx);
          const source = files.get(from);
          if (source === undefined || !isDefinition(from) || folder === null || id === '') {
            return refuse('file.unknown', { path: from }, 'from');
          }
          needOn(act, 'definition.edit', from, judge(files));
          if (files.has(to)) refuse('definition.revision-exists', { path: to }, 'revision');
          const yaml = parseDocument(textOf(source.bytes));
          yaml.set('revision', revision);
          // Who releases it and when is written when it is ready; until then no unit can be built by it.
          yaml.set('status', 'draft');
          yaml.delete('released');
          await write(act, to, Buffer.from(yaml.toString({ lineWidth: 0 })), '');
          for (const [path, { bytes }] of files) {
            if (path === from || !path.startsWith(folder)) continue;
            await write(act, `definitions/${id}.${revision}/${path.slice(folder.length)}`, bytes, '');
          }
          return undefined;
        }),
      );
    },

    async check(paths) {
      const drafts = await db.query<DraftRow>(`${draftSelect} WHERE d.path = ANY($1::text[])`, [paths]);
      const pictures = (await Promise.all(paths.map((path) => picturesOf(db, path)))).flat();
      const loaded = judge(await filesInForce(db), changesOf([...drafts, ...pictures]));
      return 'faults' in loaded ? loaded.faults : [];
    },

    submit: (caller, { commandId, path, version }) =>
      change(caller, commandId, { right: 'definition.edit' }, async (act) => {
        const draft = await seenDraft(act.tx, path, version);
        if (draft.submitted) refuse('draft.submitted', { path });
        await act.tx.execute(
          'UPDATE draft SET submitted = true, sent_back_by = NULL, sent_back_note = NULL WHERE path = $1',
          [path],
        );
        await act.audit({ what: 'draft.submitted', subject: `file:${path}`, before: null, after: { version } });
        await tellChange(act.tx);
        return undefined;
      }),

    drop: (caller, { commandId, path, version }) =>
      change(caller, commandId, { right: 'definition.edit' }, async (act) => {
        const draft = await seenDraft(act.tx, path, version);
        needOn(act, 'definition.edit', path, judge(await filesInForce(act.tx)));
        await act.tx.execute('DELETE FROM draft WHERE path = $1', [path]);
        await seeAgain(act.tx, path);
        await act.audit({
          what: 'draft.dropped',
          subject: `file:${path}`,
          before: { authors: draft.authors.map(({ accountId }) => accountId), note: draft.note },
          after: null,
        });
        await tellChange(act.tx);
        return undefined;
      }),

    sendBack: (caller, { commandId, path, version, note }) =>
      change(caller, commandId, { right: 'definition.release' }, async (act) => {
        const draft = await seenDraft(act.tx, path, version);
        if (!draft.submitted) refuse('draft.not-submitted', { path });
        await act.tx.execute(
          'UPDATE draft SET submitted = false, sent_back_by = $2, sent_back_note = $3 WHERE path = $1',
          [path, caller.accountId, note],
        );
        await act.audit({ what: 'draft.sent-back', subject: `file:${path}`, before: null, after: { note } });
        await tellChange(act.tx);
        return undefined;
      }),

    release: (caller, { commandId, path, version, note, also }) =>
      change(caller, commandId, { right: 'definition.release' }, async (act) => {
        const { tx, at } = act;
        await holdHead(tx);
        const asked = [{ path, version }, ...also];
        const drafts: DraftRow[] = [];
        for (const one of asked) {
          if (drafts.some((draft) => draft.path === one.path)) continue;
          const draft = await seenDraft(tx, one.path, one.version);
          if (!draft.submitted) refuse('draft.not-submitted', { path: one.path });
          drafts.push(draft);
        }
        for (const { path } of asked) {
          for (const picture of await picturesOf(tx, path)) {
            if (!drafts.some((draft) => draft.path === picture.path)) drafts.push(picture);
          }
        }
        for (const draft of drafts) {
          const own = draft.authors.some((author) => samePerson(author, caller));
          if (own) refuse('draft.own', { path: draft.path });
        }
        const files = await filesInForce(tx);
        const before = judge(files);
        const after = judge(files, changesOf(drafts));
        if ('faults' in after) refuse('draft.faults', { count: after.faults.length });
        const releases = drafts.map((draft) => {
          needOn(act, 'definition.release', draft.path, before, after);
          const correction = corrects(files, before, draft.path, draft.bytes);
          const reason = note.trim() === '' ? draft.note : note;
          if (correction && reason.trim() === '') refuse('release.note-missing', { path: draft.path }, 'note');
          keepsRevision(before, draft);
          const kind: ReleaseKind = draft.bytes === null ? 'withdrawal' : correction ? 'correction' : 'release';
          const draftedBy = draft.authors.map(({ accountId }) => accountId).join(', ');
          return {
            path: draft.path,
            kind,
            bytes: draft.bytes,
            draftedBy,
            releasedBy: caller.accountId,
            note: reason,
            sameAs: null,
          };
        });
        await tx.execute('DELETE FROM draft WHERE path = ANY($1::text[])', [drafts.map((draft) => draft.path)]);
        for (const each of releases) {
          await act.audit({
            what: 'file.released',
            subject: `file:${each.path}`,
            before: { sha256: files.get(each.path)?.sha256 ?? null },
            after: {
              sha256: each.bytes === null ? null : sha256(each.bytes),
              kind: each.kind,
              draftedBy: each.draftedBy,
              note: each.note,
            },
          });
        }
        const numbers = await putInForce(tx, at, releases);
        return { release: numbers[0] ?? 0 };
      }).then((outcome) => refreshed(outcome)),

    rollBack: (caller, { commandId, path, to, note }) =>
      change(caller, commandId, { right: 'definition.release' }, async (act) => {
        const { tx, at } = act;
        await holdHead(tx);
        const [row] = await tx.query<{ bytes: Uint8Array }>(
          'SELECT c.bytes FROM release r JOIN release_content c ON c.sha256 = r.sha256 WHERE r.path = $1 AND r.release = $2',
          [path, to],
        );
        if (row === undefined) return refuse('release.unknown', { path, release: to }, 'to');
        const files = await filesInForce(tx);
        const known = files.get(path);
        if (known !== undefined && (known.release === to || known.sha256 === sha256(row.bytes))) {
          refuse('release.in-force', { path, release: to }, 'to');
        }
        const before = judge(files);
        const after = judge(files, new Map([[path, row.bytes]]));
        if ('faults' in after) refuse('draft.faults', { count: after.faults.length });
        needOn(act, 'definition.release', path, before, after);
        await act.audit({
          what: 'file.rolled-back',
          subject: `file:${path}`,
          before: { release: known?.release ?? null, sha256: known?.sha256 ?? null },
          after: { sameAs: to, sha256: sha256(row.bytes), note },
        });
        const by = caller.accountId;
        const release = {
          path,
          kind: 'roll-back' as const,
          bytes: row.bytes,
          draftedBy: by,
          releasedBy: by,
          note,
          sameAs: to,
        };
        const [number] = await putInForce(tx, at, [release]);
        return { release: number ?? 0 };
      }).then((outcome) => refreshed(outcome)),
  };

  /** This instance knows at once what it released; the others hear of it. */
  async function refreshed<T>(outcome: PlantOutcome<T>): Promise<PlantOutcome<T>> {
    if (outcome.ok) await inForce.refresh();
    return outcome;
  }
}
