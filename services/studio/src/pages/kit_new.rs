//! `/kits/new` and `POST /kits`: the brief as a form. Nothing that was typed is lost.

use std::collections::BTreeSet;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_domain::brand::Brand;
use countersign_domain::library::Claim;
use countersign_domain::place::Locale;
use countersign_render::{Template, Templates};
use countersign_session::cookies::Flash;
use countersign_session::ui::{KeptForm, go};
use countersign_session::{OnPage, fault};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::access;
use crate::form::{FieldFaults, KINDS, Row, Typed, beside_fields};
use crate::making::{make, planned};
use crate::state::Studio;
use crate::when::When;

#[derive(Serialize)]
pub(super) struct KitNew {
    pub typed: Typed,
    pub faults: FieldFaults,
    pub problem: Option<String>,
    /// Slug and name; the choice is shown when there are several.
    pub brands: Vec<(String, String)>,
    pub products: Vec<String>,
    pub claims: Vec<ClaimChoice>,
    pub values: Vec<Row>,
    /// Name, title and how it is typed.
    pub value_kinds: &'static [(&'static str, &'static str, &'static str)],
    pub locales: Vec<String>,
    /// Name and title.
    pub asset_types: Vec<(String, String)>,
    pub tones: &'static [&'static str],
    pub languages: &'static [(&'static str, &'static str)],
}

#[derive(Serialize)]
pub(super) struct ClaimChoice {
    pub key: String,
    pub text: String,
    /// The product's name, or empty for the brand as a whole.
    pub product: String,
    pub evidence: String,
    pub markets: Vec<String>,
    pub expires: Option<When>,
}

pub(super) const TONES: &[&str] = &["friendly", "confident", "plain", "expert", "warm"];
/// Languages that briefs are mostly written in; the field takes any other tag.
pub(super) const LANGUAGES: &[(&str, &str)] = &[("en", "English"), ("de", "German")];
/// Offered before any partner says what it needs.
const LOCALES: &[&str] = &["en-US", "en-GB", "de-DE", "de-AT", "de-CH"];

#[derive(Deserialize)]
pub(super) struct Which {
    brand: Option<String>,
}

pub(super) async fn show(
    State(studio): State<Studio>,
    who: OnPage,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let typed = Typed {
        brand: which.brand.unwrap_or_default(),
        language: "en".into(),
        variants: "1".into(),
        locales: vec!["en-US".into()],
        asset_types: without_values(&studio.templates),
        ..Typed::default()
    };
    form(&studio, &who, StatusCode::OK, typed, FieldFaults::new(), None).await
}

/// The asset types that a brief without values is enough for; the others (a webinar has a date) are for people to choose.
fn without_values(templates: &Templates) -> Vec<String> {
    let enough = |template: &&Template| template.slots.iter().all(|slot| slot.from.is_none() || !slot.required);
    templates.iter().filter(enough).map(|template| template.name.clone()).collect()
}

/// The form again for the brand that was chosen: its products, claims and locales, and all that was typed.
pub(super) async fn fill(
    State(studio): State<Studio>,
    KeptForm { who, form: typed }: KeptForm<Typed>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    form(&studio, &who, StatusCode::OK, typed, FieldFaults::new(), None).await
}

pub(super) async fn submit(
    State(studio): State<Studio>,
    KeptForm { who, form: typed }: KeptForm<Typed>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let again = StatusCode::UNPROCESSABLE_ENTITY;
    let brief = match typed.brief() {
        Ok(brief) => brief,
        Err(faults) => return form(&studio, &who, again, typed, faults, None).await,
    };
    let planned = match planned(&studio, brief).await {
        Ok(planned) => planned,
        Err(problem) if problem.status == 422 => {
            let faults = beside_fields(&problem, &typed);
            return form(&studio, &who, again, typed, faults, Some(problem.detail)).await;
        }
        Err(problem) => return Err(problem),
    };
    if let Some(fault) = foreign_claims(&studio, planned.brand(), &typed.claims).await? {
        let faults = [("claim".to_owned(), fault)].into();
        return form(&studio, &who, again, typed, faults, None).await;
    }
    let kit = make(&studio, planned, &who.user, None).await?;
    Ok(go(
        &format!("/kits/{}", kit.id),
        Some(&Flash::good("Your kit is being drafted. Each draft goes to review when it is done.")),
    ))
}

/// What is wrong with ticked claims that the brand does not have: the brand was changed after the page was made. In a
/// draft their keys would stand as if they were wordings.
async fn foreign_claims(studio: &Studio, brand: &Brand, ticked: &[String]) -> Result<Option<String>, Problem> {
    if ticked.is_empty() {
        return Ok(None);
    }
    let claims = studio.store.claims(brand.id).await.map_err(fault::of)?;
    let foreign: Vec<String> = ticked
        .iter()
        .filter(|key| !claims.iter().any(|claim| claim.key == **key))
        .map(|key| format!("`{}`", key.chars().take(60).collect::<String>()))
        .collect();
    Ok((!foreign.is_empty()).then(|| {
        let name = &brand.sheet.identity.name;
        format!("{} is not in the library of {name} and is no longer ticked; look at what is", foreign.join(", "))
    }))
}

async fn form(
    studio: &Studio,
    who: &OnPage,
    status: StatusCode,
    typed: Typed,
    faults: FieldFaults,
    problem: Option<String>,
) -> Result<Response, Problem> {
    let brands = studio.store.brands().await.map_err(fault::of)?;
    let brand = brands.iter().find(|brand| brand.slug == typed.brand).or(brands.first());
    let (claims, locales) = match brand {
        Some(brand) => (studio.store.claims(brand.id).await.map_err(fault::of)?, locales(studio, brand, &typed).await?),
        None => (Vec::new(), LOCALES.iter().map(ToString::to_string).collect()),
    };
    let now = studio.now();
    let page = KitNew {
        products: brand.into_iter().flat_map(|brand| &brand.sheet.products).map(|p| p.name.clone()).collect(),
        claims: claims
            .iter()
            .filter(|claim| claim.expires_at.is_none_or(|end| now < end))
            .map(|claim| choice(claim, brand))
            .collect(),
        locales,
        asset_types: studio.templates.iter().map(|t| (t.name.clone(), t.title("en").to_owned())).collect(),
        brands: brands.iter().map(|brand| (brand.slug.clone(), brand.sheet.identity.name.clone())).collect(),
        tones: TONES,
        languages: LANGUAGES,
        values: typed.shown_values(),
        value_kinds: KINDS,
        typed,
        faults,
        problem,
    };
    Ok(studio.ui.page_with(status, who, "New kit", "kit-new.html", &page))
}

fn choice(claim: &Claim, brand: Option<&Brand>) -> ClaimChoice {
    let product = brand.and_then(|brand| brand.product(&claim.product)).map_or(&claim.product, |product| &product.name);
    ClaimChoice {
        key: claim.key.clone(),
        text: claim.text.texts().join(" · "),
        product: product.clone(),
        evidence: claim.evidence.clone(),
        markets: claim.markets.iter().map(ToString::to_string).collect(),
        expires: claim.expires_at.map(When::of),
    }
}

/// What partners of the brand need and templates can speak, and the usual ones.
async fn locales(studio: &Studio, brand: &Brand, typed: &Typed) -> Result<Vec<String>, Problem> {
    let spoken: BTreeSet<String> =
        studio.templates.iter().flat_map(|template| template.locales()).map(|tag| language(tag).to_owned()).collect();
    let partners = studio.store.partners(Some(brand.id)).await.map_err(fault::of)?;
    let wanted = partners.iter().filter(|partner| partner.active).flat_map(|partner| &partner.locales);
    let mut out: BTreeSet<String> = LOCALES.iter().map(ToString::to_string).collect();
    // A bare language needs markets too; whoever wants one writes it in the field for others.
    out.extend(
        wanted.filter(|locale| locale.market().is_some() && spoken.contains(locale.language())).map(Locale::to_string),
    );
    out.extend(typed.locales.iter().filter(|tag| tag.parse::<Locale>().is_ok()).cloned());
    Ok(out.into_iter().collect())
}

fn language(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use crate::testing::World;
    use serde_json::json;

    const FORM: &str = "campaign=Spring&language=en&product=Fjord&messages=It+keeps+working.%0D%0ANo+line+needed.\
        &locale=en-US&locale=de-DE&asset_type=email&variants=1";

    #[tokio::test]
    async fn a_form_becomes_a_kit_and_leads_to_it() {
        let world = World::new().await;
        let answer = world.submit("/kits", "marketer", FORM).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let kit = world.page(&answer.header("location"), "marketer").await;
        assert_eq!(kit.status, 200);
        assert!(kit.body.contains("Spring") && kit.body.contains("de-DE"));
    }

    #[tokio::test]
    async fn a_faulty_form_comes_back_as_it_was_typed_with_the_faults_beside_the_fields() {
        let world = World::new().await;
        let hostile =
            FORM.replace("product=Fjord", "product=&audience=%3Cscript%3Ealert(1)%3C%2Fscript%3E%7B%7B7*7%7D%7D");
        let answer = world.submit("/kits", "marketer", &hostile).await;
        assert_eq!(answer.status, 422);
        assert!(answer.body.contains("id=\"fault-product\""), "{}", answer.body);
        assert!(answer.body.contains("It keeps working."));
        assert!(answer.body.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;{{7*7}}"), "{}", answer.body);
        assert!(!answer.body.contains("<script>alert"));
    }

    #[tokio::test]
    async fn values_are_typed_in_rows_and_referred_to_by_messages() {
        let world = World::new().await;
        let empty = world.page("/kits/new", "marketer").await;
        assert_eq!(empty.body.matches("name=\"value_name\"").count(), 5);
        let rows = "&value_kind=date&value_name=event&value_is=2026-12-01+14%3A00+Europe%2FBerlin&value_other=\
            &value_kind=date&value_name=&value_is=&value_other=";
        let said = FORM.replace("No+line+needed.", "Join+us+on+%7B%7Bdate.event%7D%7D.");
        let made = world.submit("/kits", "marketer", &format!("{said}{rows}")).await;
        assert_eq!(made.status, 303, "{}", made.body);
        let without = world.submit("/kits", "marketer", &said).await;
        assert_eq!(without.status, 422);
        assert!(without.body.contains("{{date.event}}") && without.body.contains("it has none"), "{}", without.body);
        let odd = format!("{said}{}", rows.replace("Berlin", "Atlantis"));
        let refused = world.submit("/kits", "marketer", &odd).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("id=\"fault-values\"") && refused.body.contains("row 1: "), "{}", refused.body);
        assert!(refused.body.contains("value=\"2026-12-01 14:00 Europe&#x2f;Atlantis\""), "{}", refused.body);
    }

    #[tokio::test]
    async fn a_form_without_its_token_is_refused() {
        let world = World::new().await;
        assert_eq!(world.submit_bare("/kits", "marketer", FORM).await.status, 403);
        assert_eq!(world.submit_bare("/kits", "marketer", &format!("_csrf=guess&{FORM}")).await.status, 403);
    }

    #[tokio::test]
    async fn the_form_is_for_marketers() {
        let world = World::new().await;
        assert_eq!(world.page("/kits/new", "marketer").await.status, 200);
        assert_eq!(world.page("/kits/new", "reviewer").await.status, 403);
        let sent_away = world.page("/kits/new", "").await;
        assert_eq!((sent_away.status, sent_away.header("location").as_str()), (303, "/sign-in?next=/kits/new"));
    }

    #[tokio::test]
    async fn another_brands_form_is_shown_with_all_that_was_typed_and_a_foreign_claim_is_refused() {
        let world = World::new().await;
        let sheet = json!({"identity": {"name": "Acme"}, "products": [{"key": "anvil", "name": "Acme Anvil"}]});
        assert_eq!(world.put("/api/v1/brands/acme", "admin", None, sheet).await.status, 201);
        let claim = json!({"key": "uptime", "text": {"en": "It just runs."}, "evidence": "Measured in 2026"});
        assert_eq!(world.post("/api/v1/library/claims?brand=nordwind", "marketer", claim).await.status, 200);
        let ticked = format!("{FORM}&brand=acme&claim=uptime");
        let shown = world.submit("/kits/new", "marketer", &ticked).await;
        assert_eq!(shown.status, 200);
        assert!(shown.body.contains("Acme Anvil") && shown.body.contains("It keeps working."), "{}", shown.body);
        assert!(!shown.body.contains("It just runs."));
        let refused = world.submit("/kits", "marketer", &ticked).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("id=\"fault-claim\"") && refused.body.contains("`uptime`"), "{}", refused.body);
        let own = ticked.replace("brand=acme", "brand=nordwind");
        assert_eq!(world.submit("/kits", "marketer", &own).await.status, 303);
    }

    #[tokio::test]
    async fn a_brief_that_was_typed_is_not_lost_with_the_session() {
        let world = World::new().await;
        let kept = world.submit("/kits", "", FORM).await;
        assert_eq!(kept.status, 401);
        let field = "name=\"messages\" value=\"It keeps working.\r\nNo line needed.\"";
        assert!(kept.body.contains(field) && kept.body.contains("action=\"&#x2f;kits\""), "{}", kept.body);
        assert!(!kept.body.contains("name=\"_csrf\""), "there is no token before there is a session");
        let asked = world.submit_bare("/kits", "marketer", FORM).await;
        assert_eq!(asked.status, 403, "signed in again, the person is asked once more");
        let token = asked.body.rsplit("name=\"_csrf\" value=\"").next().unwrap().split('"').next().unwrap();
        assert_eq!(world.submit_bare("/kits", "marketer", &format!("_csrf={token}&{FORM}")).await.status, 303);
    }
}
