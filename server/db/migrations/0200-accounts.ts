/** Accounts, sessions, lock-outs, OIDC flows, commands done once, audit. Instants are UTC ms. */
export const sql = `
CREATE TABLE account (
  id text PRIMARY KEY,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('person', 'program')),
  sign_in text NOT NULL CHECK (sign_in IN ('password', 'oidc', 'key')),
  language text NOT NULL,
  -- argon2id in PHC form for passwords, SHA-256 in hex for keys (256 random bits need no slow hash)
  secret_hash text,
  secret_to_change boolean NOT NULL DEFAULT false,
  oidc_issuer text,
  oidc_subject text,
  -- which human being: the two-person rule compares this (small letters)
  person text NOT NULL,
  email text,
  disabled boolean NOT NULL DEFAULT false,
  demo boolean NOT NULL DEFAULT false,
  created_at bigint NOT NULL,
  last_seen_at bigint,
  UNIQUE (oidc_issuer, oidc_subject)
);
-- "Anna" and "anna" would be two people on no screen.
CREATE UNIQUE INDEX account_id_small ON account (lower(id));
CREATE UNIQUE INDEX account_key ON account (secret_hash) WHERE sign_in = 'key';

CREATE TABLE account_grant (
  account_id text NOT NULL REFERENCES account (id),
  role text NOT NULL,
  scope text NOT NULL,
  -- 'oidc' rows are written anew from the claims at each sign-in
  source text NOT NULL CHECK (source IN ('plant', 'oidc')),
  PRIMARY KEY (account_id, role, scope, source)
);

CREATE TABLE session (
  -- SHA-256 of the cookie's value, hex: who reads the database cannot sign in with it
  id_hash text PRIMARY KEY,
  account_id text NOT NULL REFERENCES account (id),
  sign_in text NOT NULL CHECK (sign_in IN ('password', 'oidc')),
  -- for the end of the session at the provider
  id_token text,
  created_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  ends_at bigint NOT NULL,
  from_address text NOT NULL,
  browser text NOT NULL
);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE sign_in_failure (
  -- 'account:ID in small letters' (also of accounts that are not there) or 'address:IP'
  key text PRIMARY KEY,
  failures integer NOT NULL,
  last_at bigint NOT NULL,
  locked_until bigint NOT NULL
);

CREATE TABLE set_up_token (
  hash text PRIMARY KEY,
  created_at bigint NOT NULL,
  ends_at bigint NOT NULL
);

CREATE TABLE oidc_flow (
  -- SHA-256 of the state, hex
  state_hash text PRIMARY KEY,
  nonce text NOT NULL,
  code_verifier text NOT NULL,
  go_to text NOT NULL,
  created_at bigint NOT NULL
);

-- A command of a person is done once, however often its message comes.
CREATE TABLE plant_command (
  account_id text NOT NULL,
  command_id text NOT NULL,
  at bigint NOT NULL,
  answer jsonb,
  PRIMARY KEY (account_id, command_id)
);
CREATE INDEX plant_command_at ON plant_command (at);

CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  by_account text NOT NULL,
  what text NOT NULL,
  subject text NOT NULL,
  before jsonb,
  after jsonb,
  from_address text NOT NULL
);
CREATE INDEX audit_subject ON audit (subject, id);
CREATE INDEX audit_by ON audit (by_account, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`;
