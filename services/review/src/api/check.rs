//! `POST /api/v1/rules/check`: what the rules say of a text, before anybody writes it down.

use std::collections::BTreeMap;

use axum::extract::State;
use countersign_domain::content::{Content, SlotText};
use countersign_domain::id::AssetId;
use countersign_domain::place::{Locale, Market};
use countersign_drafting::examine::slot_limit;
use countersign_rules::{BrandTerms, Place, SlotLimit, Subject};
use countersign_session::SignedIn;
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::checking;
use crate::editing::{Bench, slots_problem};
use crate::view::FindingView;
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

/// Where the text is to run; what is left out is not known.
#[derive(Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CheckContext {
    /// The brand's slug; its words hold where it is named.
    brand: Option<String>,
    locale: Option<String>,
    market: Option<String>,
    channel: Option<String>,
    /// Its limits hold for `slots` that it has.
    asset_type: Option<String>,
    product: Option<String>,
    /// Texts that numbers may come from.
    sources: Vec<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CheckAnswer {
    findings: Vec<FindingView>,
    slots: BTreeMap<String, SlotCount>,
    /// The rule packs that were asked.
    rules: String,
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
    Json(mut form): Json<CheckForm>,
) -> Result<Json<CheckAnswer>, Problem> {
    faults::may_see(&who.user)?;
    match (form.asset.take(), form.text.take()) {
        (Some(_), Some(_)) => {
            Err(Problem::invalid("With `asset` give `slots`, not `text`.").fault("/text", "leave it out"))
        }
        (Some(asset), None) => of_asset(&face, &asset, &form.slots).await,
        (None, Some(_)) if !form.slots.is_empty() => {
            Err(Problem::invalid("Give `text` or `slots`, not both.").fault("/text", "leave it out"))
        }
        (None, Some(text)) => in_context(&face, [("text".to_owned(), text)].into(), &form.context).await,
        (None, None) if form.slots.is_empty() => {
            Err(Problem::invalid("Give `text` or `slots`.").fault("/slots", "name at least one slot"))
        }
        (None, None) => in_context(&face, form.slots, &form.context).await,
    }
}

async fn of_asset(face: &Face, asset: &str, slots: &BTreeMap<String, String>) -> Result<Json<CheckAnswer>, Problem> {
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
    Ok(Json(CheckAnswer {
        findings: checked.findings.iter().map(|finding| FindingView::of(finding, &checked.content)).collect(),
        slots: counts.collect(),
        rules: checked.context.rules,
    }))
}

async fn in_context(
    face: &Face,
    slots: BTreeMap<String, String>,
    context: &CheckContext,
) -> Result<Json<CheckAnswer>, Problem> {
    let locale: Option<Locale> = tag("/context/locale", context.locale.as_deref())?;
    let market: Option<Market> = tag("/context/market", context.market.as_deref())?;
    let template = match context.asset_type.as_deref() {
        None => None,
        Some(name) => Some(face.templates.get(name).ok_or_else(|| {
            let known: Vec<&str> = face.templates.iter().map(|template| template.name.as_str()).collect();
            let detail = format!("there is no such asset type; there are {}", known.join(", "));
            Problem::invalid("The context is not right.").fault("/context/asset_type", detail)
        })?),
    };
    let brand = match context.brand.as_deref() {
        None => None,
        Some(slug) => {
            Some(face.store.brand_by_slug(slug).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?)
        }
    };
    let terms = brand.as_ref().map_or_else(BrandTerms::default, |brand| BrandTerms::of(&brand.sheet));
    let content = parse(slots)?;
    let known = |name: &str| template.and_then(|template| template.slot(name));
    let limits: Vec<SlotLimit> =
        content.slots.keys().filter_map(|name| known(name)).map(|slot| slot_limit(slot, &content)).collect();
    let sources: Vec<&str> = context.sources.iter().map(String::as_str).collect();
    let findings = face.packs.check(&Subject {
        content: &content,
        place: Place {
            locale: locale.as_ref(),
            market,
            channel: context.channel.as_deref().or(template.map(|template| template.channel.as_str())),
            asset_type: context.asset_type.as_deref(),
            brand: brand.as_ref().map(|brand| brand.sheet.identity.name.as_str()),
            product: context.product.as_deref(),
            date: face.now(),
        },
        slots: &limits,
        locked: &[],
        sources: &sources,
        brand_terms: &terms,
    });
    let counts = limits.into_iter().map(|limit| {
        let unit = known(&limit.name).map_or("", |slot| checking::unit_name(slot.limit.unit));
        (limit.name, SlotCount { count: limit.count, min: limit.min, max: limit.max, unit })
    });
    Ok(Json(CheckAnswer {
        findings: findings.iter().map(|finding| FindingView::of(finding, &content)).collect(),
        slots: counts.collect(),
        rules: face.packs.version().to_string(),
    }))
}

fn tag<T: std::str::FromStr<Err: ToString>>(pointer: &str, text: Option<&str>) -> Result<Option<T>, Problem> {
    text.map(str::parse)
        .transpose()
        .map_err(|error: T::Err| Problem::invalid("The context is not right.").fault(pointer, error.to_string()))
}

/// Without an asset no reference has a source: only partner references may stand there.
fn parse(slots: BTreeMap<String, String>) -> Result<Content, Problem> {
    let mut content = Content::default();
    let mut faults = Vec::new();
    for (name, text) in slots {
        match SlotText::parse(&text) {
            Ok(parsed) => {
                content.slots.insert(name, parsed);
            }
            Err(error) => faults.push(checking::SlotFault { slot: name, detail: error.to_string() }),
        }
    }
    if faults.is_empty() { Ok(content) } else { Err(slots_problem(&faults)) }
}
