/** Documents down to stations (server/downlink, docs/server.md). */
export const sql = `
CREATE TABLE document_scope (
  scope text PRIMARY KEY,
  -- Version of the newest change of any document in it; whoever changes one holds this row.
  version bigint NOT NULL DEFAULT 0,
  -- Up to here documents that are gone were forgotten: who stood below it must begin anew.
  forgotten bigint NOT NULL DEFAULT 0
);

CREATE TABLE document (
  scope text NOT NULL,
  kind text NOT NULL,
  id text NOT NULL,
  version bigint NOT NULL,
  -- JSON as text, so that what was written comes out; NULL: it is gone.
  body text,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, kind, id)
);
CREATE UNIQUE INDEX document_newer ON document (scope, version);

-- What proves that a cursor is of this database's past. One row per change of a scope; a cursor inside it is known.
CREATE TABLE document_token (
  scope text NOT NULL,
  last_version bigint NOT NULL,
  first_version bigint NOT NULL,
  token text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, last_version)
);
CREATE INDEX document_token_age ON document_token (made_at);
`;
