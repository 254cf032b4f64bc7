//! `/partners/{id}`: one partner's profile with a live preview, its logo, its place, and its keys.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_domain::id::PartnerKeyId;
use countersign_domain::profile::Profile;
use countersign_domain::statement::StatementState;
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_session::{OnPage, PageForm, PageParts, fault};
use countersign_store::{Actor, PageRequest, Partner, ReleaseFilter, StatementView, StoreError};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use super::by_field;
use super::partners::kind_label;
use crate::access;
use crate::api::new_key;
use crate::form::FieldFaults;
use crate::profiles::{PartnerChange, ProfileForm, faults};
use crate::state::Studio;
use crate::when::When;

/// The profile's fields of a form; the logo has a form of its own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ProfileFields {
    pub display_name: String,
    pub legal_name: String,
    pub phone: String,
    pub email: String,
    pub address: String,
    pub site: String,
    pub description: String,
    pub privacy_url: String,
    pub unsubscribe_url: String,
}

impl From<ProfileFields> for ProfileForm {
    fn from(fields: ProfileFields) -> Self {
        let ProfileFields {
            display_name,
            legal_name,
            phone,
            email,
            address,
            site,
            description,
            privacy_url,
            unsubscribe_url,
        } = fields;
        Self {
            display_name,
            legal_name,
            phone,
            email,
            address,
            site,
            description,
            privacy_url,
            unsubscribe_url,
            logo: None,
        }
    }
}

impl ProfileFields {
    fn of(profile: &Profile) -> Self {
        let ProfileForm {
            display_name,
            legal_name,
            phone,
            email,
            address,
            site,
            description,
            privacy_url,
            unsubscribe_url,
            ..
        } = ProfileForm::of(profile);
        Self { display_name, legal_name, phone, email, address, site, description, privacy_url, unsubscribe_url }
    }
}

/// As the form calls a field.
pub(super) fn field_title(field: &str) -> &'static str {
    match field {
        "display_name" => "The name",
        "legal_name" => "The legal name",
        "phone" => "The phone number",
        "email" => "The email address",
        "address" => "The address",
        "site" => "The site",
        "description" => "The description",
        "privacy_url" => "The privacy page",
        "unsubscribe_url" => "The unsubscribe page",
        _ => "A field",
    }
}

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

#[derive(Deserialize)]
pub(super) struct ProfilePost {
    /// The version that the form was filled from.
    version: String,
    #[serde(flatten)]
    fields: ProfileFields,
}

/// Saves the profile; when somebody saved another one meanwhile, says so and keeps what was typed.
pub(super) async fn profile(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form }: PageForm<ProfilePost>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    let version: i64 =
        form.version.parse().map_err(|_| Problem::malformed("The form has no version; load the page again."))?;
    let profile = ProfileForm::from(form.fields.clone()).profile(Some(&partner.profile));
    let wrong: FieldFaults = faults(&profile).into_iter().collect();
    if !wrong.is_empty() {
        let back = Back {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            profile: Some(form.fields),
            faults: wrong,
            problem: Some("Some fields need another look.".into()),
            ..Back::default()
        };
        return page(&studio, &who, &partner, back).await;
    }
    let actor = Actor::User(who.user.id);
    match studio.store.partner_update_profile(partner.id, version, profile, actor).await {
        Ok(_) => {
            let standing = studio.store.statement(partner.id).await.map_err(fault::of)?;
            let read = standing.is_none_or(|view| matches!(view.statement.state, StatementState::Approved { .. }));
            let said = if read {
                "The profile is saved. What partners pull from now on has it."
            } else {
                "The profile is saved. Its description is in what partners pull once a reviewer has approved it."
            };
            Ok(go(&format!("/partners/{id}"), Some(&Flash::good(said))))
        }
        Err(StoreError::Conflict(_)) => {
            let said = "Somebody else has saved this profile meanwhile. What you typed is still here: look at it again, then save.";
            let back = Back {
                status: StatusCode::CONFLICT,
                profile: Some(form.fields),
                problem: Some(said.into()),
                ..Back::default()
            };
            page(&studio, &who, &partner, back).await
        }
        Err(error) => Err(fault::of(error)),
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct PlaceForm {
    #[serde(default)]
    tier: String,
    #[serde(default)]
    markets: String,
    #[serde(default)]
    locales: String,
    /// A checkbox: absent when it is not ticked.
    active: Option<String>,
    /// The version that the form was filled from.
    #[serde(default)]
    seen: String,
}

/// Saves where a partner works; when somebody changed it meanwhile, says so and keeps what was typed.
pub(super) async fn place(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form }: PageForm<PlaceForm>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    if form.seen != PartnerChange::of(&partner).digest().as_str() {
        return place_moved(&studio, &who, &partner, form).await;
    }
    let change = PartnerChange {
        tier: form.tier.clone(),
        markets: words(&form.markets),
        locales: words(&form.locales),
        active: form.active.is_some(),
    };
    match change.check() {
        Ok(update) => match studio.store.partner_update(&partner, update, Actor::User(who.user.id)).await {
            Ok(_) => Ok(go(&format!("/partners/{id}"), Some(&Flash::good("Saved.")))),
            Err(StoreError::Conflict(_)) => place_moved(&studio, &who, &found(&studio, &id).await?, form).await,
            Err(error) => Err(fault::of(error)),
        },
        Err(faults) => {
            let problem = faults.into_problem("Some fields need another look.");
            let back = Back {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                faults: by_field(&problem),
                problem: Some(problem.detail),
                place: Some(form),
                ..Back::default()
            };
            page(&studio, &who, &partner, back).await
        }
    }
}

/// The page again: what there is now, and what was typed.
async fn place_moved(studio: &Studio, who: &OnPage, partner: &Partner, form: PlaceForm) -> Result<Response, Problem> {
    let said = format!(
        "Somebody else has changed meanwhile where this partner works; it now says: {}. What you typed is still here: look at it again, then save.",
        in_words(&PartnerChange::of(partner))
    );
    let back = Back { status: StatusCode::CONFLICT, place: Some(form), problem: Some(said), ..Back::default() };
    page(studio, who, partner, back).await
}

fn in_words(place: &PartnerChange) -> String {
    let tier = if place.tier.is_empty() { "no tier" } else { &place.tier };
    let active = if place.active { "active" } else { "inactive" };
    format!("{tier}; {}; {}; {active}", place.markets.join(", "), place.locales.join(", "))
}

/// The logo as it was taken in: a plain PNG.
pub(super) async fn logo(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    let digest = partner.profile.logo.ok_or_else(Problem::not_found)?;
    let blob = studio.store.blob(&digest).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let mut response = blob.bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/png"));
    Ok(response)
}

pub(super) async fn upload(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    form: PageParts,
) -> Result<Response, Problem> {
    access::make(&form.who.user)?;
    let partner = found(&studio, &id).await?;
    let refused = |reason: String| Back {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        faults: [("logo".to_owned(), reason)].into(),
        ..Back::default()
    };
    let Some(file) = form.file("logo") else {
        return page(&studio, &form.who, &partner, refused("choose a PNG first".into())).await;
    };
    let bytes = file.bytes.clone();
    let taken =
        tokio::task::spawn_blocking(move || countersign_render::logo::intake(&bytes)).await.map_err(|error| {
            tracing::error!(error = %error, "logo.intake.crashed");
            Problem::internal()
        })?;
    let logo = match taken {
        Ok(logo) => logo,
        Err(error) => return page(&studio, &form.who, &partner, refused(error.to_string())).await,
    };
    let digest = studio.store.blob_put("image/png", &logo.png).await.map_err(fault::of)?;
    let profile = Profile { logo: Some(digest), ..partner.profile.clone() };
    let actor = Actor::User(form.who.user.id);
    studio
        .store
        .partner_update_profile(partner.id, partner.profile_version, profile, actor)
        .await
        .map_err(fault::of)?;
    Ok(go(&format!("/partners/{id}"), Some(&Flash::good("The logo is saved."))))
}

#[derive(Deserialize)]
pub(super) struct KeyPost {
    #[serde(default)]
    name: String,
}

/// A secret that is shown once.
#[derive(Serialize)]
pub(super) struct Shown {
    pub what: &'static str,
    pub whose: String,
    pub secret: String,
    pub use_it: String,
    pub back: String,
}

pub(super) async fn key(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form }: PageForm<KeyPost>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    let actor = Actor::User(who.user.id);
    let key = match new_key(&studio, partner.id, &form.name, None, actor).await {
        Ok((_, key)) => key,
        Err(problem) if problem.status == 422 => {
            let back = Back {
                status: problem.status_code(),
                faults: [("key_name".to_owned(), problem.errors[0].detail.clone())].into(),
                ..Back::default()
            };
            return page(&studio, &who, &partner, back).await;
        }
        Err(problem) => return Err(problem),
    };
    let page = Shown {
        what: "API key",
        whose: partner.profile.display_name.clone(),
        secret: key.as_str().to_owned(),
        use_it: "Authorization: Bearer, on every request to /partner/v1".into(),
        back: format!("/partners/{id}"),
    };
    Ok(studio.ui.page(&who, "New API key", "secret.html", &page))
}

pub(super) async fn revoke(
    State(studio): State<Studio>,
    Path((id, key)): Path<(String, String)>,
    PageForm { who, form: Nothing {} }: PageForm<Nothing>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    let key: PartnerKeyId = access::id(&key)?;
    let keys = studio.store.partner_keys(partner.id).await.map_err(fault::of)?;
    if !keys.iter().any(|known| known.id == key) {
        return Err(Problem::not_found());
    }
    studio.store.partner_key_revoke(key, Actor::User(who.user.id)).await.map_err(fault::of)?;
    Ok(go(&format!("/partners/{id}"), Some(&Flash::good("The key is revoked: it opens nothing from now on."))))
}

/// A form that is only a button.
#[derive(Deserialize)]
pub(super) struct Nothing {}

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
