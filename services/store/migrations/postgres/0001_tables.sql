-- Tables. Ids are UUIDv7 as text, times microseconds since 1970 UTC, structures JSON as text, yes and no 1 and 0.
-- What the gate needs is in here as keys and checks; its triggers are in 0002, the partners' views in 0003.

CREATE TABLE users (
    id            TEXT   NOT NULL PRIMARY KEY,
    email         TEXT   NOT NULL UNIQUE,  -- in lower case
    name          TEXT   NOT NULL,         -- as colleagues see it
    roles         TEXT   NOT NULL,         -- JSON list of marketer, reviewer, admin
    password_hash TEXT   NOT NULL,         -- PHC string, argon2id
    created_at    BIGINT NOT NULL,
    disabled_at   BIGINT                   -- nothing is deleted: decisions keep their author
);

CREATE TABLE sessions (
    token_hash TEXT   NOT NULL PRIMARY KEY,  -- of the cookie; the cookie itself is nowhere
    user_id    TEXT   NOT NULL REFERENCES users (id),
    csrf       TEXT   NOT NULL,              -- what this session's forms must carry
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);

CREATE TABLE user_tokens (
    id         TEXT   NOT NULL PRIMARY KEY,
    user_id    TEXT   NOT NULL REFERENCES users (id),
    token_hash TEXT   NOT NULL UNIQUE,
    name       TEXT   NOT NULL,  -- what its owner calls it
    created_at BIGINT NOT NULL,
    expires_at BIGINT,           -- empty: until revoked
    revoked_at BIGINT
);
CREATE INDEX user_tokens_of_user ON user_tokens (user_id);

CREATE TABLE blobs (
    digest     TEXT   NOT NULL PRIMARY KEY,  -- sha256:… of bytes
    media_type TEXT   NOT NULL,
    bytes      BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE brands (
    id         TEXT   NOT NULL PRIMARY KEY,
    slug       TEXT   NOT NULL UNIQUE,
    sheet      TEXT   NOT NULL,  -- JSON: identity, voice, products, names, forbidden terms
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Every logo that a brand ever had: what was approved with the old one still shows it.
CREATE TABLE brand_logos (
    brand_id TEXT NOT NULL REFERENCES brands (id),
    digest   TEXT NOT NULL REFERENCES blobs (digest),
    PRIMARY KEY (brand_id, digest)
);

CREATE TABLE partners (
    id         TEXT   NOT NULL PRIMARY KEY,
    brand_id   TEXT   NOT NULL REFERENCES brands (id),
    slug       TEXT   NOT NULL UNIQUE,
    kind       TEXT   NOT NULL CONSTRAINT partners_kind
                      CHECK (kind IN ('msp', 'var', 'si', 'isv', 'influencer', 'reseller')),
    tier       TEXT   NOT NULL,
    markets    TEXT   NOT NULL,  -- JSON list; empty means nowhere
    locales    TEXT   NOT NULL,  -- JSON list; a bare language stands for its regions
    active     BIGINT NOT NULL CONSTRAINT partners_active CHECK (active IN (0, 1)),
    created_at BIGINT NOT NULL
);
CREATE INDEX partners_of_brand ON partners (brand_id);

-- Append-only. The highest version is the one in use; its description only once it is approved (below).
CREATE TABLE partner_profiles (
    partner_id TEXT   NOT NULL REFERENCES partners (id),
    version    BIGINT NOT NULL,  -- from 1
    profile    TEXT   NOT NULL,  -- JSON of typed values
    digest     TEXT   NOT NULL,  -- of the profile's canonical JSON
    created_by TEXT   NOT NULL,  -- actor
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, version)
);

-- Append-only. What a partner says of itself (its profile's description) is free text: a second person reads each
-- wording once, before any copy holds it. Whoever wrote a wording first is its author for good.
CREATE TABLE partner_statements (
    partner_id TEXT   NOT NULL REFERENCES partners (id),
    digest     TEXT   NOT NULL,  -- of the text, as UTF-8
    text       TEXT   NOT NULL,
    author     TEXT   NOT NULL,  -- actor
    written_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, digest),
    UNIQUE (partner_id, digest, author),
    CONSTRAINT partner_statements_digest
        CHECK (digest = 'sha256:' || encode(sha256(convert_to(text, 'UTF8')), 'hex'))
);

-- Append-only: what one person decided about one wording; nobody about their own.
CREATE TABLE statement_decisions (
    partner_id  TEXT   NOT NULL,
    digest      TEXT   NOT NULL,
    author      TEXT   NOT NULL,  -- the statement's, copied so that the check below can see it
    reviewer_id TEXT   NOT NULL REFERENCES users (id),
    verdict     TEXT   NOT NULL CONSTRAINT statement_decisions_verdict CHECK (verdict IN ('approve', 'reject')),
    reason      TEXT   NOT NULL,
    decided_at  BIGINT NOT NULL,
    PRIMARY KEY (partner_id, digest),
    CONSTRAINT statement_decisions_not_own_work CHECK (author <> 'user:' || reviewer_id),
    CONSTRAINT statement_decisions_of_author FOREIGN KEY (partner_id, digest, author)
        REFERENCES partner_statements (partner_id, digest, author)
);

CREATE TABLE partner_logos (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    digest     TEXT NOT NULL REFERENCES blobs (digest),
    PRIMARY KEY (partner_id, digest)
);

CREATE TABLE partner_keys (
    id         TEXT   NOT NULL PRIMARY KEY,
    partner_id TEXT   NOT NULL REFERENCES partners (id),
    name       TEXT   NOT NULL,  -- what its owner calls it
    prefix     TEXT   NOT NULL,  -- its first characters, to recognise it by
    key_hash   TEXT   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX partner_keys_of_partner ON partner_keys (partner_id);

CREATE TABLE claims (
    id         TEXT   NOT NULL PRIMARY KEY,
    brand_id   TEXT   NOT NULL REFERENCES brands (id),
    claim_key  TEXT   NOT NULL,  -- what briefs and drafts call it
    product    TEXT   NOT NULL,  -- key of a product, or empty for the brand as a whole
    wording    TEXT   NOT NULL,  -- JSON: a text, or texts by language
    evidence   TEXT   NOT NULL,
    markets    TEXT   NOT NULL,  -- JSON list; empty means everywhere
    expires_at BIGINT,
    updated_at BIGINT NOT NULL,
    UNIQUE (brand_id, claim_key)
);

CREATE TABLE passages (
    id           TEXT   NOT NULL PRIMARY KEY,
    brand_id     TEXT   NOT NULL REFERENCES brands (id),
    source_file  TEXT   NOT NULL,  -- the import that it belongs to
    fingerprint  TEXT   NOT NULL,  -- digest of all that follows, to know it again in the next import
    product      TEXT   NOT NULL,
    locale       TEXT   NOT NULL,
    market       TEXT,             -- empty: every market
    body         TEXT   NOT NULL,
    source       TEXT   NOT NULL,  -- FILE#HEADING
    valid_from   BIGINT,
    valid_until  BIGINT,
    created_at   BIGINT NOT NULL,
    withdrawn_at BIGINT            -- nothing is deleted: drafts that cite it can still be explained
);
CREATE INDEX passages_live ON passages (brand_id, source_file) WHERE withdrawn_at IS NULL;

-- Counts the changes of a brand's passages, so that workers know when to load them anew.
CREATE TABLE library_versions (
    brand_id TEXT   NOT NULL PRIMARY KEY REFERENCES brands (id),
    version  BIGINT NOT NULL
);

CREATE TABLE briefs (
    id         TEXT   NOT NULL PRIMARY KEY,
    brand_id   TEXT   NOT NULL REFERENCES brands (id),
    body       TEXT   NOT NULL,  -- JSON, checked
    created_by TEXT   NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);

CREATE TABLE kits (
    id         TEXT   NOT NULL PRIMARY KEY,
    brand_id   TEXT   NOT NULL REFERENCES brands (id),
    brief_id   TEXT   NOT NULL REFERENCES briefs (id),
    created_by TEXT   NOT NULL REFERENCES users (id),  -- who asked, and so the author of its drafts
    created_at BIGINT NOT NULL
);

CREATE TABLE assets (
    id         TEXT   NOT NULL PRIMARY KEY,
    kit_id     TEXT   NOT NULL REFERENCES kits (id),
    brand_id   TEXT   NOT NULL REFERENCES brands (id),
    asset_type TEXT   NOT NULL,
    channel    TEXT   NOT NULL,
    locale     TEXT   NOT NULL,
    market     TEXT   NOT NULL,
    audience   TEXT   NOT NULL,
    variant    BIGINT NOT NULL,  -- from 1
    seed       BIGINT NOT NULL,
    campaign   TEXT   NOT NULL,  -- of the brief, for filters
    product    TEXT   NOT NULL,  -- of the brief, for filters
    state      TEXT   NOT NULL CONSTRAINT assets_state CHECK (state IN ('drafting', 'failed', 'in_review',
                      'changes_requested', 'approved', 'rejected', 'released', 'recalled')),
    failure    TEXT,             -- why it could not be drafted
    created_at BIGINT NOT NULL,
    UNIQUE (id, brand_id, asset_type, channel, market, locale, campaign, product, audience)
);
CREATE INDEX assets_of_kit ON assets (kit_id);

-- Append-only. An edit is another row; nothing of the old one's approvals comes along.
CREATE TABLE revisions (
    id               TEXT   NOT NULL PRIMARY KEY,
    asset_id         TEXT   NOT NULL REFERENCES assets (id),
    number           BIGINT NOT NULL,  -- from 1 within the asset, without gaps
    digest           TEXT   NOT NULL CONSTRAINT revisions_digest
                            CHECK (digest = 'sha256:' || encode(sha256(convert_to(content, 'UTF8')), 'hex')),
    content          TEXT   NOT NULL,  -- RFC 8785 canonical JSON: these very bytes have the digest
    origin           TEXT   NOT NULL CONSTRAINT revisions_origin CHECK (origin IN ('drafted', 'edited', 'imported')),
    author_id        TEXT   NOT NULL REFERENCES users (id),  -- who asked, edited or imported
    base_revision_id TEXT   REFERENCES revisions (id),       -- of an edit
    model            TEXT   NOT NULL,  -- of a draft, else empty
    prompt_digest    TEXT   NOT NULL,  -- of a draft, else empty
    seed             BIGINT,           -- of a draft
    context          TEXT   NOT NULL,  -- canonical JSON: where and as what it may run
    context_digest   TEXT   NOT NULL CONSTRAINT revisions_context_digest
                            CHECK (context_digest = 'sha256:' || encode(sha256(convert_to(context, 'UTF8')), 'hex')),
    rules            TEXT   NOT NULL,  -- version of the rule packs in the context
    sources          TEXT   NOT NULL,  -- JSON list of what the draft drew on
    created_at       BIGINT NOT NULL,
    CONSTRAINT revisions_base CHECK ((origin = 'edited') = (base_revision_id IS NOT NULL)),
    UNIQUE (asset_id, number),
    UNIQUE (id, asset_id),
    UNIQUE (id, asset_id, digest, author_id, context_digest)
);

-- Append-only: what one version of the rules found in a revision.
CREATE TABLE revision_findings (
    revision_id TEXT   NOT NULL REFERENCES revisions (id),
    rules       TEXT   NOT NULL,
    blocks      BIGINT NOT NULL,  -- how many of the findings refuse approval
    total       BIGINT NOT NULL,  -- how many there are
    worst       BIGINT NOT NULL,  -- the worst of them: 0 none, 1 info, 2 warn, 3 error, 4 block
    findings    TEXT   NOT NULL,  -- JSON list
    CONSTRAINT revision_findings_counts CHECK (blocks >= 0 AND total >= blocks AND (worst = 4) = (blocks > 0)),
    PRIMARY KEY (revision_id, rules),
    UNIQUE (revision_id, rules, blocks)
);

CREATE TABLE reviews (
    id               TEXT   NOT NULL PRIMARY KEY,
    asset_id         TEXT   NOT NULL REFERENCES assets (id),
    revision_id      TEXT   NOT NULL UNIQUE,
    state            TEXT   NOT NULL CONSTRAINT reviews_state CHECK (state IN ('open', 'decided', 'superseded')),
    decision_id      TEXT,             -- the decision that stands, when decided
    lease_holder     TEXT   REFERENCES users (id),
    lease_token_hash TEXT,             -- of what the holder shows; the token itself is nowhere
    lease_expires_at BIGINT,
    fence            BIGINT NOT NULL,  -- counts claims: only the latest may decide
    closed_at        BIGINT,
    superseded_by    TEXT   REFERENCES revisions (id),
    created_at       BIGINT NOT NULL,
    CONSTRAINT reviews_of_revision FOREIGN KEY (revision_id, asset_id) REFERENCES revisions (id, asset_id),
    CONSTRAINT reviews_decided CHECK ((state = 'decided') = (decision_id IS NOT NULL)),
    UNIQUE (id, asset_id, revision_id)
);
CREATE INDEX reviews_queue ON reviews (state, id);
CREATE UNIQUE INDEX reviews_one_open ON reviews (asset_id) WHERE state = 'open';

-- Append-only: what one person decided about one digest in one context.
CREATE TABLE decisions (
    id             TEXT   NOT NULL PRIMARY KEY,
    review_id      TEXT   NOT NULL,
    asset_id       TEXT   NOT NULL,
    revision_id    TEXT   NOT NULL,
    digest         TEXT   NOT NULL,
    author_id      TEXT   NOT NULL,  -- the revision's, copied so that the check below can see it
    context_digest TEXT   NOT NULL,
    rules          TEXT   NOT NULL,  -- by which findings it was decided
    blocks         BIGINT NOT NULL,
    reviewer_id    TEXT   NOT NULL REFERENCES users (id),
    verdict        TEXT   NOT NULL CONSTRAINT decisions_verdict
                          CHECK (verdict IN ('approve', 'request_changes', 'reject')),
    reason         TEXT   NOT NULL,
    decided_at     BIGINT NOT NULL,
    effective_at   BIGINT NOT NULL,  -- until then its reviewer may take it back
    CONSTRAINT decisions_not_own_work CHECK (reviewer_id <> author_id),
    CONSTRAINT decisions_no_blocks CHECK (verdict <> 'approve' OR blocks = 0),
    CONSTRAINT decisions_effective CHECK (effective_at >= decided_at),
    CONSTRAINT decisions_of_review FOREIGN KEY (review_id, asset_id, revision_id)
        REFERENCES reviews (id, asset_id, revision_id),
    CONSTRAINT decisions_of_digest FOREIGN KEY (revision_id, asset_id, digest, author_id, context_digest)
        REFERENCES revisions (id, asset_id, digest, author_id, context_digest),
    CONSTRAINT decisions_of_findings FOREIGN KEY (revision_id, rules, blocks)
        REFERENCES revision_findings (revision_id, rules, blocks),
    UNIQUE (id, asset_id, revision_id, digest, context_digest, verdict)
);
CREATE INDEX decisions_of_asset ON decisions (asset_id);
CREATE INDEX decisions_by_review ON decisions (review_id);

-- Append-only: a decision that its reviewer took back in time.
CREATE TABLE decision_undos (
    decision_id TEXT   NOT NULL PRIMARY KEY REFERENCES decisions (id),
    by_user     TEXT   NOT NULL REFERENCES users (id),
    undone_at   BIGINT NOT NULL
);

-- Append-only: the files of every edition of a template that anything was made in. The tag holds a digest of them.
CREATE TABLE template_editions (
    tag        TEXT   NOT NULL PRIMARY KEY,  -- email@1+0f3c5a7e9b1d2c4f
    asset_type TEXT   NOT NULL,
    files      TEXT   NOT NULL,  -- JSON: text by path
    kept_at    BIGINT NOT NULL
);

-- Append-only: a revision that people approved, in the context that they approved it for.
CREATE TABLE releases (
    id             TEXT   NOT NULL PRIMARY KEY,
    asset_id       TEXT   NOT NULL REFERENCES assets (id),
    revision_id    TEXT   NOT NULL,
    digest         TEXT   NOT NULL,
    context_digest TEXT   NOT NULL,
    decision_id    TEXT   NOT NULL UNIQUE,
    verdict        TEXT   NOT NULL CONSTRAINT releases_approved CHECK (verdict = 'approve'),
    brand_id       TEXT   NOT NULL REFERENCES brands (id),  -- this and the next seven: the asset's, for filters
    asset_type     TEXT   NOT NULL,
    channel        TEXT   NOT NULL,
    market         TEXT   NOT NULL,
    locale         TEXT   NOT NULL,
    campaign       TEXT   NOT NULL,
    product        TEXT   NOT NULL,
    audience       TEXT   NOT NULL,
    released_at    BIGINT NOT NULL,
    CONSTRAINT releases_of_approval
        FOREIGN KEY (decision_id, asset_id, revision_id, digest, context_digest, verdict)
        REFERENCES decisions (id, asset_id, revision_id, digest, context_digest, verdict),
    CONSTRAINT releases_of_asset
        FOREIGN KEY (asset_id, brand_id, asset_type, channel, market, locale, campaign, product, audience)
        REFERENCES assets (id, brand_id, asset_type, channel, market, locale, campaign, product, audience)
);
CREATE INDEX releases_by_asset ON releases (asset_id);
CREATE INDEX releases_of_brand ON releases (brand_id, id);

-- Append-only: how a release ended. Without a row here it is live.
CREATE TABLE release_ends (
    release_id TEXT   NOT NULL PRIMARY KEY REFERENCES releases (id),
    kind       TEXT   NOT NULL CONSTRAINT release_ends_kind CHECK (kind IN ('replaced', 'expired', 'recalled')),
    ended_at   BIGINT NOT NULL,
    by_release TEXT   REFERENCES releases (id) DEFERRABLE INITIALLY DEFERRED  -- what replaced it
);

-- Append-only.
CREATE TABLE recalls (
    id          TEXT   NOT NULL PRIMARY KEY,
    release_id  TEXT   NOT NULL UNIQUE REFERENCES releases (id),
    reason      TEXT   NOT NULL,  -- for partners to read
    recalled_by TEXT   NOT NULL REFERENCES users (id),
    recalled_at BIGINT NOT NULL
);

-- Append-only: a partner's word that it no longer uses what was recalled.
CREATE TABLE recall_acks (
    recall_id  TEXT   NOT NULL REFERENCES recalls (id),
    partner_id TEXT   NOT NULL REFERENCES partners (id),
    acked_at   BIGINT NOT NULL,
    PRIMARY KEY (recall_id, partner_id)
);

-- Append-only: which bytes went to whom.
CREATE TABLE pulls (
    id               TEXT   NOT NULL PRIMARY KEY,
    release_id       TEXT   NOT NULL REFERENCES releases (id),
    partner_id       TEXT   NOT NULL REFERENCES partners (id),
    key_id           TEXT   NOT NULL REFERENCES partner_keys (id),
    format           TEXT   NOT NULL,
    rendition_digest TEXT   NOT NULL,
    profile_version  BIGINT NOT NULL,
    pulled_at        BIGINT NOT NULL
);
CREATE INDEX pulls_of_release ON pulls (release_id, partner_id);

CREATE TABLE feedback (
    id         TEXT   NOT NULL PRIMARY KEY,
    release_id TEXT   NOT NULL REFERENCES releases (id),
    partner_id TEXT   NOT NULL REFERENCES partners (id),
    kind       TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    given_at   BIGINT NOT NULL
);
CREATE INDEX feedback_of_release ON feedback (release_id);

-- What a reviewer last looked at, to show what changed since.
CREATE TABLE seen (
    user_id     TEXT   NOT NULL REFERENCES users (id),
    asset_id    TEXT   NOT NULL REFERENCES assets (id),
    revision_id TEXT   NOT NULL,
    seen_at     BIGINT NOT NULL,
    PRIMARY KEY (user_id, asset_id),
    FOREIGN KEY (revision_id, asset_id) REFERENCES revisions (id, asset_id)
);

CREATE TABLE jobs (
    id               TEXT   NOT NULL PRIMARY KEY,
    kind             TEXT   NOT NULL,
    work             TEXT   NOT NULL,  -- JSON, with its kind
    dedupe_key       TEXT   NOT NULL,
    state            TEXT   NOT NULL CONSTRAINT jobs_state CHECK (state IN ('queued', 'leased', 'done', 'dead')),
    attempts         BIGINT NOT NULL,  -- begun
    max_attempts     BIGINT NOT NULL,
    run_at           BIGINT NOT NULL,  -- not before
    lease_worker     TEXT,
    lease_expires_at BIGINT,
    fence            BIGINT NOT NULL,  -- counts leases: only the latest may write
    last_error       TEXT,
    created_at       BIGINT NOT NULL,
    finished_at      BIGINT
);
CREATE INDEX jobs_queue ON jobs (state, run_at);
CREATE UNIQUE INDEX jobs_live ON jobs (dedupe_key) WHERE state IN ('queued', 'leased');

-- One row a sequence, changed in the transaction that appends: so numbers are without gaps, in the order of commits.
CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL,  -- the last number given
    hash  TEXT   NOT NULL   -- of the last row, where the sequence is a chain
);
INSERT INTO counters (name, value, hash) VALUES ('audit', 0, ''), ('changes', 0, '');

-- Append-only, each row holding the hash of the one before.
CREATE TABLE audit (
    seq       BIGINT NOT NULL PRIMARY KEY,
    at        BIGINT NOT NULL,
    actor     TEXT   NOT NULL,  -- user:ID, partner:ID, cli or system
    action    TEXT   NOT NULL,  -- thing.verb
    subject   TEXT   NOT NULL,  -- thing:ID
    detail    TEXT   NOT NULL,  -- canonical JSON; never a draft's text
    prev_hash TEXT   NOT NULL UNIQUE,
    hash      TEXT   NOT NULL
);
CREATE INDEX audit_of_subject ON audit (subject, seq);

-- Append-only: the partners' change feed.
CREATE TABLE changes (
    seq        BIGINT NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL CONSTRAINT changes_kind CHECK (kind IN ('released', 'replaced', 'recalled', 'expired')),
    release_id TEXT   NOT NULL REFERENCES releases (id),
    changed_at BIGINT NOT NULL
);

CREATE TABLE idempotency (
    actor          TEXT   NOT NULL,
    idem_key       TEXT   NOT NULL,
    route          TEXT   NOT NULL,
    request_digest TEXT   NOT NULL,
    started_at     BIGINT NOT NULL,
    status         BIGINT,  -- of the answer, once there is one
    body           TEXT,
    PRIMARY KEY (actor, idem_key, route)
);

-- The same for partners, apart, because their role may write here.
CREATE TABLE partner_idempotency (
    actor          TEXT   NOT NULL,
    idem_key       TEXT   NOT NULL,
    route          TEXT   NOT NULL,
    request_digest TEXT   NOT NULL,
    started_at     BIGINT NOT NULL,
    status         BIGINT,
    body           TEXT,
    PRIMARY KEY (actor, idem_key, route)
);
