//! `/partners/new` and `POST /partners`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_session::{OnPage, PageForm, fault};
use countersign_store::{Actor, PartnerKind};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use super::by_field;
use super::partner::{ProfileFields, words};
use super::partners::kind_label;
use crate::form::FieldFaults;
use crate::partner_forms::PartnerForm;
use crate::profiles::ProfileForm;
use crate::state::Studio;
use crate::{access, brands};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub brand: String,
    pub slug: String,
    pub kind: String,
    pub tier: String,
    pub certified_until: String,
    pub markets: String,
    pub locales: String,
    #[serde(flatten)]
    pub profile: ProfileFields,
}

#[derive(Serialize)]
pub(super) struct PartnerNew {
    pub typed: Typed,
    pub faults: FieldFaults,
    pub problem: Option<String>,
    pub brands: Vec<(String, String)>,
    pub kinds: Vec<(&'static str, &'static str)>,
}

pub(super) fn kinds() -> Vec<(&'static str, &'static str)> {
    PartnerKind::ALL.into_iter().map(|kind| (kind.as_str(), kind_label(kind.as_str()))).collect()
}

pub(super) async fn show(State(studio): State<Studio>, who: OnPage) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let typed = Typed { kind: "reseller".into(), ..Typed::default() };
    form(&studio, &who, StatusCode::OK, typed, FieldFaults::new(), None).await
}

pub(super) async fn submit(
    State(studio): State<Studio>,
    PageForm { who, form: typed }: PageForm<Typed>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    match make(&studio, &typed, Actor::User(who.user.id)).await {
        Ok(id) => {
            Ok(go(&format!("/partners/{id}"), Some(&Flash::good("The partner is set up. Give it a logo and a key."))))
        }
        Err(problem) if matches!(problem.status, 409 | 422) => {
            let mut faults = by_field(&problem);
            if problem.status == 409 {
                faults.insert("slug".into(), problem.detail.clone());
            }
            form(&studio, &who, problem.status_code(), typed, faults, Some(problem.detail)).await
        }
        Err(problem) => Err(problem),
    }
}

async fn make(studio: &Studio, typed: &Typed, actor: Actor) -> Result<String, Problem> {
    let brand = brands::choose(&studio.store, Some(&typed.brand)).await.map_err(|error| match error {
        brands::NoBrand::Store(error) => fault::of(error),
        other => Problem::invalid("The brand is not known.").fault("/brand", other),
    })?;
    let form = PartnerForm {
        brand: None,
        slug: typed.slug.trim().to_owned(),
        kind: typed.kind.clone(),
        tier: typed.tier.clone(),
        certified_until: Some(typed.certified_until.clone()),
        markets: words(&typed.markets),
        locales: words(&typed.locales),
        profile: ProfileForm::from(typed.profile.clone()),
    };
    let new = form.check(brand.id).map_err(|faults| faults.into_problem("Some fields need another look."))?;
    let partner = studio.store.partner_create(new, actor).await.map_err(fault::of)?;
    Ok(partner.id.to_string())
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
    let page = PartnerNew {
        typed,
        faults,
        problem,
        brands: brands.iter().map(|brand| (brand.slug.clone(), brand.sheet.identity.name.clone())).collect(),
        kinds: kinds(),
    };
    Ok(studio.ui.page_with(status, who, "New partner", "partner-new.html", &page))
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    const FORM: &str = "slug=nordlicht&kind=var&tier=gold&markets=DE+AT&locales=de-DE%2C+de-AT\
        &display_name=%3Cscript%3Ealert(1)%3C%2Fscript%3E%7B%7B7*7%7D%7D&site=https%3A%2F%2Fnordlicht.example";

    #[tokio::test]
    async fn a_partner_is_set_up_and_its_markup_stays_text() {
        let world = World::new().await;
        let made = world.submit("/partners", "marketer", FORM).await;
        assert_eq!(made.status, 303, "{}", made.body);
        for path in [made.header("location"), "/partners".into()] {
            let body = world.page(&path, "marketer").await.body;
            assert!(body.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;{{7*7}}"), "{path}");
            assert!(!body.contains("<script>alert"), "{path}");
        }
    }

    #[tokio::test]
    async fn a_partner_is_set_up_with_all_that_a_profile_holds() {
        let world = World::new().await;
        let form = format!(
            "{FORM}&certified_until=2027-01-01&contact_role=Leitung+Vertrieb&time_zone=Europe%2FBerlin\
             &social_xing=https%3A%2F%2Fwww.xing.com%2Fpages%2Fn&social_x="
        );
        let made = world.submit("/partners", "marketer", &form).await;
        assert_eq!(made.status, 303, "{}", made.body);
        let page = world.page(&made.header("location"), "marketer").await.body;
        for shown in [
            "value=\"2027-01-01\"",
            "value=\"Leitung Vertrieb\"",
            "value=\"https:&#x2f;&#x2f;www.xing.com",
            "Certified",
        ] {
            assert!(page.contains(shown), "{shown} in {page}");
        }
        let bad =
            form.replace("www.xing.com", "evil.example").replace("Europe%2FBerlin", "CET").replace("01-01", "13-01");
        let answer = world.submit("/partners", "marketer", &bad.replace("nordlicht&", "other&")).await;
        assert_eq!(answer.status, 422);
        for fault in ["fault-social_xing", "fault-time_zone", "fault-certified_until"] {
            assert!(answer.body.contains(fault), "{fault} in {}", answer.body);
        }
    }

    #[tokio::test]
    async fn faults_stand_beside_their_fields_and_what_was_typed_stays() {
        let world = World::new().await;
        let bad = FORM.replace("https%3A%2F%2F", "http%3A%2F%2F").replace("markets=DE", "markets=Deutschland");
        let answer = world.submit("/partners", "marketer", &bad).await;
        assert_eq!(answer.status, 422);
        assert!(answer.body.contains("id=\"fault-site\"") && answer.body.contains("id=\"fault-markets\""));
        assert!(answer.body.contains("value=\"nordlicht\""));
        world.submit("/partners", "marketer", FORM).await;
        let taken = world.submit("/partners", "marketer", FORM).await;
        assert_eq!(taken.status, 409);
        assert!(taken.body.contains("id=\"fault-slug\""));
    }
}
