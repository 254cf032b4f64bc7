//! `rules try`: what a new pack would find in everything that is released now, before anybody puts it in force.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use countersign_domain::brand::Brand;
use countersign_domain::clock::Timestamp;
use countersign_domain::content::Content;
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::id::BrandId;
use countersign_domain::kit::Kit;
use countersign_domain::library::Claim;
use countersign_domain::review::{Origin, Revision};
use countersign_drafting::examine::{AI_GENERATED, Examiner};
use countersign_drafting::grounds::Grounds;
use countersign_render::Templates;
use countersign_rules::Packs;
use countersign_store::{PageRequest, ReleaseFilter, ReleaseRow, Store};
use serde_json::json;

use super::super::{open_store_to_read, the_brand};
use crate::cli::Data;
use crate::data_folder::DataFolder;
use crate::say;

#[derive(Debug, Args)]
pub struct RulesTry {
    /// The new pack, or a folder of packs.
    dir: PathBuf,
    /// Packs that are in force beside the shipped ones, as `up --packs` has them: what they find too is not told.
    #[arg(long, value_name = "DIR")]
    packs: Vec<PathBuf>,
    /// Without the shipped packs and --packs: all that the new pack finds.
    #[arg(long, conflicts_with = "packs")]
    only: bool,
    /// The asset types that the releases are of, where they are not the built-in ones.
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Releases of one brand alone, by its slug.
    #[arg(long, value_name = "SLUG")]
    brand: Option<String>,
    #[command(flatten)]
    data: Data,
    /// One JSON line a finding, then a summary.
    #[arg(long)]
    json: bool,
}

/// Exit code 0 whatever is found: nothing is wrong with what people have approved.
pub async fn run(args: &RulesTry) -> Result<ExitCode> {
    let in_force: Vec<&Path> = args.packs.iter().map(PathBuf::as_path).collect();
    let with_new: Vec<&Path> = in_force.iter().copied().chain([args.dir.as_path()]).collect();
    let trial = Trial {
        before: Packs::load(&in_force, !args.only)?,
        after: Packs::load(&with_new, !args.only)?,
        templates: match &args.templates {
            Some(dir) => Templates::load(dir)?,
            None => Templates::embedded()?,
        },
    };
    let folder = DataFolder::look(&args.data.data)?;
    if args.data.database.is_none() && !folder.has_database() {
        bail!("{} holds no database, so nothing is released there; name one with --data", folder.path().display());
    }
    let store = open_store_to_read(&args.data, &folder).await?;
    let seen = trial.over(&store, args).await;
    store.close().await;
    seen?.told(args.json);
    Ok(ExitCode::SUCCESS)
}

struct Trial {
    before: Packs,
    after: Packs,
    templates: Templates,
}

/// What was read and found.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    releases: usize,
    words: usize,
    /// Releases of which an asset type is not there any more.
    skipped: usize,
    /// Releases in which there is something to tell.
    found_in: usize,
    findings: BTreeMap<(String, Severity), usize>,
}

/// What is read once for many releases: the kit before, and brands, of which there are few.
#[derive(Default)]
struct Around {
    kit: Option<Kit>,
    brands: HashMap<BrandId, (Brand, Vec<Claim>)>,
}

impl Trial {
    /// Release by release, newest first; a page of them is in memory at a time.
    async fn over(&self, store: &Store, args: &RulesTry) -> Result<Seen> {
        let brand = match &args.brand {
            Some(slug) => Some(the_brand(store, Some(slug)).await?.id),
            None => None,
        };
        let filter = ReleaseFilter { brand, live: Some(true), ..ReleaseFilter::default() };
        let mut page = PageRequest { cursor: None, limit: 100 };
        let mut seen = Seen::default();
        let mut around = Around::default();
        loop {
            let releases = store.releases(filter.clone(), page.clone()).await?;
            for release in &releases.items {
                self.one(store, release, &mut around, &mut seen, args.json).await?;
            }
            let Some(next) = releases.next else { return Ok(seen) };
            page.cursor = Some(next);
        }
    }

    async fn one(
        &self,
        store: &Store,
        release: &ReleaseRow,
        around: &mut Around,
        seen: &mut Seen,
        json: bool,
    ) -> Result<()> {
        if self.templates.get(&release.asset_type).is_none() {
            if seen.skipped == 0 {
                let (id, asset_type) = (release.id, &release.asset_type);
                say::note(&format!("warning: release {id}: no asset type {asset_type} is known; name --templates"));
            }
            seen.skipped += 1;
            return Ok(());
        }
        let revision =
            store.revision(release.revision).await?.with_context(|| format!("release {} has no text", release.id))?;
        if around.kit.as_ref().is_none_or(|kit| kit.id != release.kit) {
            around.kit = store.kit(release.kit).await?;
        }
        let kit = around.kit.as_ref().with_context(|| format!("release {} has no kit", release.id))?;
        let (brand, claims) = match around.brands.entry(release.brand) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let brand = store
                    .brand(release.brand)
                    .await?
                    .with_context(|| format!("release {} has no brand", release.id))?;
                new.insert((brand, store.claims(release.brand).await?))
            }
        };
        seen.releases += 1;
        seen.words += words(&revision.content);
        let new = self.new_findings(&revision, kit, brand, claims, store.clock().now());
        if !new.is_empty() {
            seen.found_in += 1;
        }
        for finding in &new {
            *seen.findings.entry((finding.rule.clone(), finding.severity)).or_default() += 1;
        }
        told_of(release, &revision.content, &new, json);
        Ok(())
    }

    /// What the packs with the new one find and those in force do not.
    fn new_findings(
        &self,
        revision: &Revision,
        kit: &Kit,
        brand: &Brand,
        claims: &[Claim],
        now: Timestamp,
    ) -> Vec<Finding> {
        let Some(template) = self.templates.get(&revision.context.asset_type) else { return Vec::new() };
        let grounds = Grounds::of_edit(Some(revision), brand, &kit.brief, claims, &[], (revision.context.market, now));
        let product = &kit.brief.product;
        let drafted = !matches!(revision.origin, Origin::Imported { .. });
        let find = |packs: &Packs| {
            Examiner {
                packs,
                template,
                brand: &brand.sheet,
                context: &revision.context,
                product: brand.product(product).map_or(product.as_str(), |product| &product.key),
                sources: &grounds.sources(),
                original: None,
                metadata: if drafted { &[AI_GENERATED] } else { &[] },
                now,
            }
            .of_rules(&revision.content)
        };
        news(&find(&self.before), find(&self.after))
    }
}

/// Those of `after` that are not in `before`: of another rule or place, or graver or milder there.
fn news(before: &[Finding], after: Vec<Finding>) -> Vec<Finding> {
    type Key<'a> = (&'a str, &'a str, usize, usize, Severity);
    fn key(finding: &Finding) -> Key<'_> {
        (&finding.rule, &finding.slot, finding.start, finding.end, finding.severity)
    }
    let known: BTreeSet<Key<'_>> = before.iter().map(key).collect();
    after.into_iter().filter(|finding| !known.contains(&key(finding))).collect()
}

/// As white space parts them.
fn words(content: &Content) -> usize {
    content.slots.values().map(|slot| slot.plain().split_whitespace().count()).sum()
}

fn told_of(release: &ReleaseRow, content: &Content, findings: &[Finding], json: bool) {
    if findings.is_empty() {
        return;
    }
    let ReleaseRow { campaign, asset_type, locale, id, .. } = release;
    if !json {
        say::line(&format!("{campaign}  {asset_type}  {locale}  {id}"));
    }
    let plain = content.plain();
    for finding in findings {
        let span = plain.get(&finding.slot).and_then(|text| text.get(finding.start..finding.end)).unwrap_or_default();
        if json {
            let row = json!({
                "release": id.to_string(), "campaign": campaign, "asset_type": asset_type, "locale": locale,
                "slot": finding.slot, "rule": finding.rule, "severity": finding.severity, "span": span,
                "start": finding.start, "end": finding.end, "message": finding.message,
            });
            say::line(&row.to_string());
        } else {
            say::line(&format!("  {:<5} {}  {}  {span:?}", finding.severity.as_str(), finding.slot, finding.rule));
        }
    }
}

impl Seen {
    fn told(&self, json: bool) {
        let Self { releases, words, skipped, found_in, findings } = self;
        if json {
            let rules: Vec<_> = findings
                .iter()
                .map(|((rule, severity), count)| json!({"rule": rule, "severity": severity, "findings": count}))
                .collect();
            let summary = json!({
                "releases": releases, "words": words, "skipped": skipped, "releases_with_findings": found_in,
                "findings": findings.values().sum::<usize>(), "rules": rules,
            });
            say::line(&json!({"summary": summary}).to_string());
            return;
        }
        if !findings.is_empty() {
            say::line("");
        }
        let mut totals: Vec<_> = findings.iter().collect();
        totals.sort_by_key(|((rule, severity), count)| (std::cmp::Reverse((*severity, **count)), rule.clone()));
        for ((rule, severity), count) in totals {
            say::line(&format!("{count:>6}  {:<5} {rule}", severity.as_str()));
        }
        let skipped = if *skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
        say::note(&format!("{releases} releases with {words} words read{skipped}; findings in {found_in} of them"));
    }
}

#[cfg(test)]
mod tests;
