//! `/partners/{id}`: one partner's profile with a live preview, its logo, its place, and its keys. A file each.

mod fields;
mod keys;
mod logo;
mod place;
mod profile;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_domain::statement::StatementState;
use countersign_session::{OnPage, fault};
use countersign_store::{PageRequest, Partner, ReleaseFilter, StatementView};
use countersign_web::problem::Problem;
use serde::Serialize;

use super::partners::kind_label;
use crate::access;
use crate::form::FieldFaults;
use crate::profiles::PartnerChange;
use crate::state::Studio;
use crate::when::When;

pub(super) use fields::{ProfileFields, field_title};
pub(super) use keys::{Nothing, Shown, key, revoke};
pub(super) use logo::{logo, upload};
pub(super) use place::{PlaceForm, place};
pub(super) use profile::profile;

#[derive(Serialize)]
pub(super) struct PartnerPage {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub kind: &'static str,
    pub active: bool,
    /// Whether the form's box for it is ticked.
    pub ticked: bool,
    pub typed: ProfileFields,
    pub version: i64,
    pub faults: FieldFaults,
    pub problem: Option<String>,
    pub tier: String,
    pub markets: String,
    pub locales: String,
    /// The version of tier, markets, locales and active that the form is filled from.
    pub place: String,
    /// The logo's digest, as a version of its address.
    pub logo: Option<String>,
    pub keys: Vec<KeyRow>,
    /// What became of the description: its state, and a sentence.
    pub statement: Option<(&'static str, String)>,
    /// What the preview can show: value and label.
    pub shows: Vec<(String, String)>,
}

#[derive(Serialize)]
pub(super) struct KeyRow {
    pub id: String,
    pub name: String,
    pub prefix: String,
    pub at: When,
    pub expires: Option<When>,
    pub revoked: Option<When>,
}

pub(super) fn words(text: &str) -> Vec<String> {
    text.split([',', ';', ' ', '\n', '\r', '\t']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

pub(super) async fn found(studio: &Studio, id: &str) -> Result<Partner, Problem> {
    studio.store.partner(access::id(id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)
}

/// What of the page is not as it is in the store: a form that came back.
#[derive(Default)]
struct Back {
    status: StatusCode,
    profile: Option<ProfileFields>,
    place: Option<PlaceForm>,
    faults: FieldFaults,
    problem: Option<String>,
}

async fn page(studio: &Studio, who: &OnPage, partner: &Partner, back: Back) -> Result<Response, Problem> {
    let keys = studio.store.partner_keys(partner.id).await.map_err(fault::of)?;
    let filter = ReleaseFilter { brand: Some(partner.brand), live: Some(true), ..ReleaseFilter::default() };
    let releases = studio.store.releases(filter, PageRequest { cursor: None, limit: 50 }).await.map_err(fault::of)?;
    let samples = studio
        .templates
        .iter()
        .map(|template| (format!("sample:{}", template.name), format!("Sample: {}", template.title("en"))));
    let reachable = releases.items.iter().filter(|row| partner.markets.contains(&row.market)).map(|row| {
        let campaign = if row.campaign.is_empty() { &row.product } else { &row.campaign };
        (row.id.to_string(), format!("{campaign}: {} {}", studio.type_title(&row.asset_type), row.locale))
    });
    let join = |items: Vec<String>| items.join(", ");
    let place = back.place.unwrap_or_else(|| PlaceForm {
        tier: partner.tier.clone(),
        markets: join(partner.markets.iter().map(ToString::to_string).collect()),
        locales: join(partner.locales.iter().map(ToString::to_string).collect()),
        active: partner.active.then(|| "on".to_owned()),
        seen: String::new(),
    });
    let view = PartnerPage {
        id: partner.id.to_string(),
        name: partner.profile.display_name.clone(),
        slug: partner.slug.clone(),
        kind: kind_label(partner.kind.as_str()),
        active: partner.active,
        ticked: place.active.is_some(),
        typed: back.profile.unwrap_or_else(|| ProfileFields::of(&partner.profile)),
        version: partner.profile_version,
        faults: back.faults,
        problem: back.problem,
        place: PartnerChange::of(partner).digest().to_string(),
        tier: place.tier,
        markets: place.markets,
        locales: place.locales,
        logo: partner.profile.logo.as_ref().map(|digest| digest.hex()[..8].to_owned()),
        keys: keys
            .iter()
            .map(|key| KeyRow {
                id: key.id.to_string(),
                name: key.name.clone(),
                prefix: key.prefix.clone(),
                at: When::of(key.created_at),
                expires: key.expires_at.map(When::of),
                revoked: key.revoked_at.map(When::of),
            })
            .collect(),
        statement: studio.store.statement(partner.id).await.map_err(fault::of)?.as_ref().map(standing),
        shows: samples.chain(reachable).collect(),
    };
    Ok(studio.ui.page_with(back.status, who, &view.name, "partner.html", &view))
}

/// What became of a description, as a person wants to know it.
fn standing(view: &StatementView) -> (&'static str, String) {
    let reviewer = view.reviewer_name.as_deref().unwrap_or("a reviewer");
    match &view.statement.state {
        StatementState::Waiting => (
            "waiting",
            "The description waits for a second person. Until then copies hold the one approved before, or none."
                .to_owned(),
        ),
        StatementState::Approved { .. } => ("approved", format!("The description was approved by {reviewer}.")),
        StatementState::Rejected { reason, .. } => (
            "rejected",
            format!(
                "The description was rejected by {reviewer}: {reason} Copies hold the one approved before, or none."
            ),
        ),
    }
}

pub(super) async fn show(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    page(&studio, &who, &partner, Back::default()).await
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, partner};

    async fn made(world: &World) -> String {
        let made = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await.json();
        format!("/partners/{}", made["id"].as_str().unwrap())
    }

    #[tokio::test]
    async fn a_key_is_on_the_page_that_answers_and_on_no_other() {
        let world = World::new().await;
        let path = made(&world).await;
        let shown = world.submit(&format!("{path}/keys"), "marketer", "name=shop").await;
        assert_eq!(shown.status, 200);
        let start = shown.body.find("cs_partner_").unwrap();
        let key = shown.body[start..start + 54].to_owned();
        assert!(!world.page(&path, "marketer").await.body.contains(&key));
    }

    #[tokio::test]
    async fn a_profile_that_moved_on_is_not_overwritten_and_nothing_typed_is_lost() {
        let world = World::new().await;
        let path = made(&world).await;
        let form = |name: &str| format!("version=1&display_name={name}&site=https%3A%2F%2Fx.example");
        assert_eq!(world.submit(&format!("{path}/profile"), "marketer", &form("First")).await.status, 303);
        let late = world.submit(&format!("{path}/profile"), "admin", &form("Second")).await;
        assert_eq!(late.status, 409);
        assert!(late.body.contains("value=\"Second\"") && late.body.contains("meanwhile"));
        assert!(world.page(&path, "admin").await.body.contains("value=\"First\""));
    }

    #[tokio::test]
    async fn a_place_that_moved_on_is_not_overwritten_and_nothing_typed_is_lost() {
        let world = World::new().await;
        let path = made(&world).await;
        let page = world.page(&path, "marketer").await.body;
        let seen = page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let form = |tier: &str| format!("seen={}&tier={tier}&markets=DE&locales=de-DE", seen.replace(':', "%3A"));
        assert_eq!(world.submit(&format!("{path}/place"), "marketer", &form("First")).await.status, 303);
        let late = world.submit(&format!("{path}/place"), "admin", &form("Second")).await;
        assert_eq!(late.status, 409);
        assert!(
            late.body.contains("value=\"Second\"") && late.body.contains("First; DE; de-DE; inactive"),
            "{}",
            late.body
        );
        assert!(world.page(&path, "admin").await.body.contains("value=\"First\""));
        assert_eq!(
            world.submit(&format!("{path}/place"), "admin", "tier=x&markets=DE&locales=de-DE").await.status,
            409
        );
    }

    #[tokio::test]
    async fn a_logo_is_taken_in_and_what_is_no_png_is_refused_with_advice() {
        let world = World::new().await;
        let path = made(&world).await;
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let refused = world.upload(&format!("{path}/logo"), "marketer", "logo", "logo.svg", svg).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("PNG"), "{}", refused.body);
        let png = crate::testing::png();
        let taken = world.upload(&format!("{path}/logo"), "marketer", "logo", "logo.png", &png).await;
        assert_eq!(taken.status, 303, "{}", taken.body);
        let logo = world.page(&format!("{path}/logo"), "marketer").await;
        assert_eq!((logo.status, logo.header("content-type").as_str()), (200, "image/png"));
    }
}
