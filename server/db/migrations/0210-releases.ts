/** Released files of the configuration and the drafts of the next ones. Instants are UTC ms. */
export const sql = `
CREATE TABLE release_content (
  sha256 text PRIMARY KEY,
  bytes bytea NOT NULL
);
CREATE TABLE release (
  n bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  path text NOT NULL,
  -- counted per path, from 1
  release integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('import', 'release', 'correction', 'roll-back', 'withdrawal')),
  -- null: the file is gone from here on
  sha256 text REFERENCES release_content (sha256),
  drafted_by text NOT NULL,
  released_by text NOT NULL,
  released_at bigint NOT NULL,
  note text NOT NULL,
  same_as integer,
  PRIMARY KEY (path, release)
);
CREATE TRIGGER release_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON release
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER release_content_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON release_content
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locked by every release: the whole configuration is judged with nobody else changing it.
CREATE TABLE release_head (one boolean PRIMARY KEY DEFAULT true CHECK (one));

-- Never used twice, also when a draft is dropped and begun anew.
CREATE SEQUENCE draft_version;
CREATE TABLE draft (
  path text PRIMARY KEY,
  -- null: the draft takes the file away
  sha256 text REFERENCES release_content (sha256),
  base integer,
  by_account text NOT NULL,
  -- [{accountId, person, email}] of everybody who wrote at it
  authors jsonb NOT NULL,
  at bigint NOT NULL,
  submitted boolean NOT NULL DEFAULT false,
  note text NOT NULL,
  version bigint NOT NULL,
  sent_back_by text,
  sent_back_note text
);
`;
