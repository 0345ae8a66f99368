/**
 * A changed configuration folder comes into a database that has releases already (`--import-config`): as submitted drafts by
 * `import`, which a person reads as differences and releases. Nothing is in force before that.
 */
import type { FileTree } from '#config/file-tree.ts';
import { audited } from '#server/accounts/audit.ts';
import type { Caller } from '#server/accounts/caller.ts';
import type { Db } from '#server/db/db.ts';
import type { Log } from '#server/log.ts';
import type { Change } from '#server/rpc/changes.ts';
import { draftOf, writeDraft } from './drafts.ts';
import { filesInFolder, filesInForce, holdHead, isDefinition, isPicture, sha256, tellChange } from './files.ts';

/** Nobody's account: whoever has the right may release what it drafted. */
const importer: Caller = {
  accountId: 'import',
  name: 'import',
  language: 'en',
  kind: 'program',
  grants: [],
  person: 'import',
  email: null,
  passwordToChange: false,
  sessionId: null,
  from: '',
};

export interface ImportedFolder {
  /** Paths of drafts that wait for their release now. */
  readonly drafted: readonly string[];
  readonly leftAlone: readonly { readonly path: string; readonly why: string }[];
}

/**
 * Every file that differs becomes a draft; one that is gone from the folder a draft that withdraws it. Left alone are files
 * at which a person is writing, and process definitions that are gone: units were built by them. The same again changes
 * nothing.
 * @param at UTC ms.
 */
export async function importFolder(db: Db, folder: FileTree, at: number): Promise<ImportedFolder> {
  const here = filesInFolder(folder);
  return db.transaction(async (tx) => {
    await holdHead(tx);
    const released = await filesInForce(tx);
    const drafted: string[] = [];
    const leftAlone: { path: string; why: string }[] = [];
    const act: Change = {
      tx,
      caller: importer,
      at,
      need: () => undefined,
      audit: (entries) =>
        audited(
          tx,
          [entries].flat().map((entry) => ({ at, by: importer.accountId, from: folder.name, ...entry })),
        ),
    };
    // Pictures first: another picture makes the draft of its definition another one.
    const paths = [...new Set([...here.keys(), ...released.keys()])].sort(
      (a, b) => Number(isPicture(b)) - Number(isPicture(a)) || (a < b ? -1 : 1),
    );
    for (const path of paths) {
      const bytes = here.get(path) ?? null;
      const known = released.get(path);
      const draft = await draftOf(tx, path, true);
      const same = bytes === null ? known === undefined : known?.sha256 === sha256(bytes);
      if (draft !== undefined && draft.authors.some(({ accountId }) => accountId !== importer.accountId)) {
        if (!same)
          leftAlone.push({ path, why: `${draft.by_account} is writing at it; the draft is on the releases screen` });
      } else if (same) {
        // What an earlier import drafted and the folder has no more.
        if (draft !== undefined) await dropDraft(act, path);
      } else if (bytes === null && isDefinition(path)) {
        leftAlone.push({ path, why: 'a process definition is never taken away; retire it in its text' });
      } else {
        const waits =
          draft !== undefined && sha256(draft.bytes ?? new Uint8Array()) === sha256(bytes ?? new Uint8Array());
        if (waits && draft.sent_back_by !== null) {
          leftAlone.push({ path, why: `${draft.sent_back_by} sent it back: ${draft.sent_back_note ?? ''}` });
          continue;
        }
        if (!waits) await writeDraft(act, path, bytes, `from the folder ${folder.name}`, draft);
        drafted.push(path);
      }
    }
    const submitted = await tx.query<{ path: string; version: number }>(
      'UPDATE draft SET submitted = true WHERE path = ANY($1) AND NOT submitted RETURNING path, version',
      [drafted],
    );
    await act.audit(
      submitted.map(({ path, version }) => ({
        what: 'draft.submitted',
        subject: `file:${path}`,
        before: null,
        after: { version },
      })),
    );
    await tellChange(tx);
    return { drafted, leftAlone };
  });
}

async function dropDraft({ tx, audit }: Change, path: string): Promise<void> {
  await tx.execute('DELETE FROM draft WHERE path = $1', [path]);
  await audit({ what: 'draft.dropped', subject: `file:${path}`, before: null, after: null });
}

/** For whoever started it, line by line. */
export function tellImport({ drafted, leftAlone }: ImportedFolder, log: Log): void {
  if (drafted.length > 0)
    log.warn(
      { files: drafted },
      'the configuration folder was taken in as drafts; release them on the releases screen',
    );
  for (const { path, why } of leftAlone)
    log.warn({ file: path, why }, 'a file of the configuration folder was left alone');
  if (drafted.length + leftAlone.length === 0) log.info('the configuration folder is what is released');
}
