-- Certification: a partner shows the badge of its tier only while it is certified for it.

ALTER TABLE partners ADD COLUMN certified_until BIGINT;  -- the first instant without the badge; empty: not certified

-- As in 0003 and with the new column, which must be the last one: so the view stays the same object, and the right of
-- countersign_partner to read it stays too. Whether the date is past is asked by whoever reads it, by the clock of the
-- house.
CREATE OR REPLACE VIEW released_partner_keys AS
SELECT
    k.key_hash   AS key_hash,
    k.id         AS key_id,
    k.expires_at AS expires_at,
    p.id         AS partner_id,
    p.brand_id   AS brand_id,
    b.slug       AS brand_slug,
    p.slug       AS slug,
    p.kind       AS kind,
    p.tier       AS tier,
    p.markets    AS markets,
    p.locales    AS locales,
    -- The latest values, but of what the partner says of itself the latest wording that a second person approved.
    jsonb_set(f.profile::jsonb, '{description}', to_jsonb(CASE WHEN COALESCE(f.profile::json ->> 'description', '') = '' THEN '' ELSE COALESCE((
        SELECT s.text
        FROM partner_statements s
        JOIN statement_decisions d ON d.partner_id = s.partner_id AND d.digest = s.digest AND d.verdict = 'approve'
        JOIN partner_profiles l ON l.partner_id = s.partner_id AND COALESCE(l.profile::json ->> 'description', '') = s.text
        WHERE s.partner_id = p.id
        ORDER BY l.version DESC
        LIMIT 1
    ), '') END))::text AS profile,
    f.version    AS profile_version,
    p.certified_until AS certified_until
FROM partner_keys k
JOIN partners p ON p.id = k.partner_id
JOIN brands b ON b.id = p.brand_id
JOIN partner_profiles f ON f.partner_id = p.id
    AND f.version = (SELECT MAX(l.version) FROM partner_profiles l WHERE l.partner_id = p.id)
WHERE p.active = 1 AND k.revoked_at IS NULL;
