//! `POST /api/v1/rules/check`: what the rules say of a text, before anybody writes it down.

mod context;

use std::collections::BTreeMap;

use axum::extract::State;
use countersign_domain::id::AssetId;
use countersign_domain::place::{Locale, Market};
use countersign_drafting::examine::slot_limit;
use countersign_rules::grounding::ground;
use countersign_rules::{BrandTerms, Original, Place, SlotLimit, Source, Subject};
use countersign_session::SignedIn;
use countersign_web::json::Json;
use countersign_web::languages::{Languages, Told};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use self::context::{CheckContext, tag, wrong};
use crate::checking;
use crate::editing::Bench;
use crate::view::{FactView, FindingView, Telling};
use crate::{Face, faults};

/// Either `asset` with `slots` (an edit of that asset), or `text` or `slots` with a `context`.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CheckForm {
    /// An asset whose text this would be: its place, its brand and its sources hold.
    asset: Option<String>,
    text: Option<String>,
    slots: BTreeMap<String, String>,
    context: CheckContext,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CheckAnswer {
    findings: Vec<FindingView>,
    slots: BTreeMap<String, SlotCount>,
    /// The sentences that state facts, each with the source that bears it out best.
    facts: Vec<FactView>,
    /// The rule packs that were asked.
    rules: String,
    /// What could not be checked for want of something that was not said, and what never is here.
    not_checked: Vec<&'static str>,
}

/// How long a slot is and may be.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SlotCount {
    count: usize,
    min: usize,
    max: usize,
    /// `graphemes`, `weighted` or `words`.
    unit: &'static str,
}

/// Check a text against the rules without writing it down
#[utoipa::path(post, path = "/api/v1/rules/check", tag = "rules", request_body = CheckForm,
    responses(
        (status = 200, description = "What the rules say", body = CheckAnswer),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 404, description = "There is no such asset or brand, or none for you to see", body = Problem),
        (status = 409, description = "The asset has no text yet", body = Problem),
        (status = 422, description = "The request or a slot cannot be taken as it is", body = Problem),
    ))]
pub(crate) async fn check(
    State(face): State<Face>,
    who: SignedIn,
    languages: Languages,
    Json(mut form): Json<CheckForm>,
) -> Result<Told<CheckAnswer>, Problem> {
    faults::may_see(&who.user)?;
    let telling = Telling { languages: &languages, conditions: &face.packs, roles: &who.user.roles };
    match (form.asset.take(), form.text.take()) {
        (Some(_), Some(_)) => {
            Err(Problem::invalid("With `asset` give `slots`, not `text`.").fault("/text", "leave it out"))
        }
        (Some(asset), None) => of_asset(&face, &asset, &form.slots, telling).await,
        (None, Some(_)) if !form.slots.is_empty() => {
            Err(Problem::invalid("Give `text` or `slots`, not both.").fault("/text", "leave it out"))
        }
        (None, Some(text)) => in_context(&face, [("text".to_owned(), text)].into(), &form.context, telling).await,
        (None, None) if form.slots.is_empty() => {
            Err(Problem::invalid("Give `text` or `slots`.").fault("/slots", "name at least one slot"))
        }
        (None, None) => in_context(&face, form.slots, &form.context, telling).await,
    }
}

async fn of_asset(
    face: &Face,
    asset: &str,
    slots: &BTreeMap<String, String>,
    telling: Telling<'_>,
) -> Result<Told<CheckAnswer>, Problem> {
    let id: AssetId = faults::id(asset)?;
    let view = face.store.asset(id).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    let bench = Bench::of(face, view).await?;
    let checked = bench.check(face, slots).map_err(Problem::from)?;
    let template = bench.template.in_context(&checked.context);
    let counts = template.slots.iter().map(|slot| {
        let limit = slot_limit(slot, &checked.content);
        (
            limit.name,
            SlotCount {
                count: limit.count,
                min: limit.min,
                max: limit.max,
                unit: checking::unit_name(slot.limit.unit),
            },
        )
    });
    Ok(Told(CheckAnswer {
        findings: FindingView::all(&checked.findings, &checked.content, telling),
        slots: counts.collect(),
        facts: FactView::all(checked.facts, bench.view.revision.as_ref(), &checked.findings),
        rules: checked.context.rules,
        not_checked: vec!["Whether a translation says what its original says: an edit is not compared with one."],
    }))
}

async fn in_context(
    face: &Face,
    slots: BTreeMap<String, String>,
    context: &CheckContext,
    telling: Telling<'_>,
) -> Result<Told<CheckAnswer>, Problem> {
    let locale: Option<Locale> = tag("/context/locale", context.locale.as_deref())?;
    let market: Option<Market> = tag("/context/market", context.market.as_deref())?;
    let template = match context.asset_type.as_deref() {
        None => None,
        Some(name) => Some(face.templates.get(name).ok_or_else(|| {
            let known: Vec<&str> = face.templates.iter().map(|template| template.name.as_str()).collect();
            let detail = format!("there is no such asset type; there are {}", known.join(", "));
            wrong("/context/asset_type", detail)
        })?),
    };
    let brand = match context.brand.as_deref() {
        None => None,
        Some(slug) => {
            Some(face.store.brand_by_slug(slug).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?)
        }
    };
    let terms = brand.as_ref().map_or_else(BrandTerms::default, |brand| BrandTerms::of(&brand.sheet));
    let content = context.content(&slots)?;
    let original = context.original()?;
    let metadata = context.metadata();
    let known = |name: &str| template.and_then(|template| template.slot(name));
    let limits: Vec<SlotLimit> =
        content.slots.keys().filter_map(|name| known(name)).map(|slot| slot_limit(slot, &content)).collect();
    let read = context.sources()?;
    let sources: Vec<Source<'_>> = read.iter().map(|source| source.source()).collect();
    let place = Place {
        locale: locale.as_ref(),
        market,
        channel: context.channel.as_deref().or(template.map(|template| template.channel.as_str())),
        asset_type: context.asset_type.as_deref(),
        brand: brand.as_ref().map(|brand| brand.sheet.identity.name.as_str()),
        product: context.product.as_deref(),
        tier: context.tier.as_deref(),
        date: context.date(face.now())?,
    };
    let of_brand = brand.as_ref().zip(locale.as_ref()).and_then(|(brand, locale)| brand.sheet.formality_in(locale));
    let formality = context.formality()?.or(of_brand);
    let subject = Subject {
        slots: &limits,
        sources: &sources,
        formality,
        original: original.as_ref().map(|(content, locale)| Original { content, locale: locale.as_ref() }),
        metadata: metadata.as_deref(),
        ..Subject::new(&content, place, &terms)
    };
    let findings = face.packs.check(&subject);
    // Against nothing every fact would be without support.
    let has_sources = !sources.is_empty() || content.bound().next().is_some();
    let facts = if has_sources { ground(&subject) } else { Vec::new() };
    let counts = limits.iter().map(|limit| {
        let unit = known(&limit.name).map_or("", |slot| checking::unit_name(slot.limit.unit));
        (limit.name.clone(), SlotCount { count: limit.count, min: limit.min, max: limit.max, unit })
    });
    Ok(Told(CheckAnswer {
        findings: FindingView::all(&findings, &content, telling),
        slots: counts.collect(),
        facts: FactView::all(facts, None, &findings),
        rules: face.packs.version().to_string(),
        not_checked: context.not_checked(has_sources),
    }))
}
