//! What goes into frames: an asset, a release or a sample for whoever was chosen, and a partner's profile as saved or as
//! it is typed.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use countersign_domain::profile::Profile;
use countersign_domain::review::Revision;
use countersign_preview::{Asked, Scene, Whom, instead, show};
use countersign_session::{OnPage, PageForm, fault};
use countersign_store::{Partner, ReleaseRow};
use countersign_web::problem::Problem;
use serde::Deserialize;

use super::asset_type::{self, SampleOf};
use crate::access;
use crate::profiles::ProfileForm;
use crate::state::Studio;

/// An asset's latest revision.
pub(super) async fn asset(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    let view = studio.store.asset(access::id(&id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let revision = view.revision.ok_or_else(Problem::not_found)?;
    let kit = studio.store.kit(view.asset.kit).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let whom = Whom::find(&studio.store, Some(view.asset.brand), &asked).await?;
    show(&studio.store, &studio.templates, scene(revision, &whom, kit.brief.campaign, id), &asked).await
}

/// A release.
pub(super) async fn release(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    let row = studio.store.release(access::id(&id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let whom = Whom::find(&studio.store, Some(row.brand), &asked).await?;
    released(&studio, row, &whom, &asked).await
}

async fn released(studio: &Studio, row: ReleaseRow, whom: &Whom, asked: &Asked) -> Result<Response, Problem> {
    let revision = studio.store.revision(row.revision).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    show(&studio.store, &studio.templates, scene(revision, whom, row.campaign, row.asset.to_string()), asked).await
}

fn scene(revision: Revision, whom: &Whom, campaign: String, asset: String) -> Scene {
    Scene {
        context: revision.context,
        content: revision.content,
        profile: whom.profile(),
        campaign,
        asset,
        partner: whom.slug().to_owned(),
        marks: Vec::new(),
    }
}

/// The sample of an asset type.
pub(super) async fn sample(
    State(studio): State<Studio>,
    who: OnPage,
    Path(name): Path<String>,
    Query(of): Query<SampleOf>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    let template = studio.templates.get(&name).ok_or_else(Problem::not_found)?;
    let whom = Whom::find(&studio.store, None, &of.asked).await?;
    let locale = asset_type::locale(template, &of.locale, &whom)?;
    let scene = asset_type::scene(&studio, template, locale, &whom).await?;
    show(&studio.store, &studio.templates, scene, &of.asked).await
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct What {
    /// A release's id, `sample:ASSET_TYPE` or `sample:ASSET_TYPE/LAYOUT`; the first asset type when left out.
    #[serde(default)]
    show: String,
}

/// A partner's saved profile, on a release or on a sample.
pub(super) async fn partner(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
    Query(what): Query<What>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    on(&studio, super::partner::found(&studio, &id).await?, &what.show).await
}

#[derive(Deserialize)]
pub(super) struct TypedProfile {
    #[serde(default)]
    show: String,
    #[serde(flatten)]
    profile: super::partner::ProfileFields,
}

/// A profile as it is typed, before it is saved.
pub(super) async fn typed(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form }: PageForm<TypedProfile>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = super::partner::found(&studio, &id).await?;
    match ProfileForm::from(form.profile).check(Some(&partner.profile)) {
        Ok(profile) => on(&studio, with(partner, profile), &form.show).await,
        Err(wrong) => {
            let said = |(place, reason): &(String, String)| format!("{} {reason}.", super::partner::field_title(place));
            Ok(instead(&wrong.iter().map(said).collect::<Vec<_>>().join("\n")))
        }
    }
}

fn with(partner: Partner, profile: Profile) -> Partner {
    Partner { profile, ..partner }
}

async fn on(studio: &Studio, partner: Partner, shown: &str) -> Result<Response, Problem> {
    let brand = partner.brand;
    let whom = Whom::Partner(Box::new(partner));
    if let Ok(release) = shown.parse() {
        let row = studio.store.release(release).await.map_err(fault::of)?.filter(|row| row.brand == brand);
        return released(studio, row.ok_or_else(Problem::not_found)?, &whom, &Asked::default()).await;
    }
    let (asked, layout) = match shown.strip_prefix("sample:") {
        Some(named) => named.split_once('/').unwrap_or((named, "")),
        None if shown.is_empty() => ("", ""),
        None => return Err(Problem::not_found()),
    };
    let template = if asked.is_empty() { studio.templates.iter().next() } else { studio.templates.get(asked) };
    let template = template.ok_or_else(Problem::not_found)?;
    let locale = asset_type::locale(template, "", &whom)?;
    let scene = asset_type::scene(studio, template, locale, &whom).await?;
    show(&studio.store, &studio.templates, scene, &Asked { layout: layout.to_owned(), ..Asked::default() }).await
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, brief, partner};

    #[tokio::test]
    async fn an_asset_is_shown_in_a_sandbox() {
        let world = World::new().await;
        let kit = world.post("/api/v1/kits", "marketer", brief()).await.json();
        let path = format!("/assets/{}/preview", kit["assets"][0].as_str().unwrap());
        assert_eq!(world.page(&path, "marketer").await.status, 404);
        world.draft_all().await;
        let shown = world.page(&path, "marketer").await;
        assert_eq!(shown.status, 200);
        let csp = shown.header("content-security-policy");
        assert!(csp.contains("sandbox") && csp.contains("default-src 'none'"), "{csp}");
        assert!(shown.body.contains("Your partner"), "{}", shown.body);
    }

    #[tokio::test]
    async fn a_release_is_shown_for_any_partner_and_for_the_worst_and_a_bad_choice_does_not_exist() {
        let world = World::new().await;
        world.post("/api/v1/partners", "marketer", partner("nordlicht")).await;
        let path = format!("/releases/{}/preview", world.released().await);
        let partner = world.page(&format!("{path}?partner=nordlicht"), "reviewer").await;
        assert!(partner.body.contains("&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}"), "{}", partner.body);
        assert!(!partner.body.contains("<script>alert"));
        for worst in ["longest", "least", "rtl"] {
            assert_eq!(world.page(&format!("{path}?worst={worst}"), "marketer").await.status, 200, "{worst}");
        }
        let text = world.page(&format!("{path}?for=worst%3Dlongest&format=text"), "marketer").await;
        assert!(text.header("content-type").starts_with("text/plain"));
        assert!(text.body.contains("Wilhelmsburger Systemhaus & Partner GmbH"), "{}", text.body);
        for (bad, status) in [
            ("partner=nobody", 404),
            ("worst=shortest", 404),
            ("layout=nonsense", 404),
            ("format=exe", 404),
            ("format=png", 404),
            ("partner=nordlicht&worst=rtl", 400),
            ("for=nordlicht", 400),
            ("partner=a&partner=b", 400),
        ] {
            assert_eq!(world.page(&format!("{path}?{bad}"), "marketer").await.status, status, "{bad}");
        }
        assert_eq!(world.page(&path, "nobody").await.status, 404);
    }

    #[tokio::test]
    async fn every_type_has_a_sample_in_every_layout_for_the_worst_partners() {
        let world = World::new().await;
        for template in world.studio.templates.iter() {
            let path = format!("/types/{}/preview", template.name);
            for query in ["worst=longest", "worst=least&locale=de-AT", "worst=rtl&locale=ar"] {
                for layout in &template.layouts {
                    let shown = world.page(&format!("{path}?{query}&layout={}", layout.name), "marketer").await;
                    assert_eq!(shown.status, 200, "{path} {query} {}: {}", layout.name, shown.body);
                }
            }
            assert_eq!(world.page(&format!("{path}?locale=tlh"), "marketer").await.status, 404);
            assert_eq!(world.page(&format!("{path}?locale=%00"), "marketer").await.status, 404);
        }
        assert_eq!(world.page("/types/nonsense/preview", "marketer").await.status, 404);
        let pdf = world.page("/types/one_pager/preview?format=pdf", "marketer").await;
        assert!(
            pdf.header("content-disposition").starts_with("attachment; filename=\"one_pager-"),
            "{:?}",
            pdf.headers
        );
    }

    #[tokio::test]
    async fn a_profile_is_shown_as_it_is_typed_and_markup_in_it_stays_text() {
        let world = World::new().await;
        let made = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await.json();
        let path = format!("/partners/{}/preview", made["id"].as_str().unwrap());
        let form = "display_name=%3Cb%3ENeu%3C%2Fb%3E&site=https%3A%2F%2Fneu.example&show=sample%3Aemail";
        let shown = world.submit(&path, "marketer", form).await;
        assert_eq!(shown.status, 200);
        assert!(shown.body.contains("&lt;b&gt;Neu&lt;/b&gt;") && !shown.body.contains("<b>Neu"), "{}", shown.body);
        let bad = world.submit(&path, "marketer", "display_name=Neu&site=ftp%3A%2F%2Fx").await;
        assert!(bad.status == 422 && bad.body.contains("https"), "{}", bad.body);
        let role = format!("{form}&contact_role=Head+of+sails").replace("email", "one_pager");
        assert_eq!(world.submit(&path, "marketer", &role).await.status, 200);
    }

    #[tokio::test]
    async fn a_profile_is_shown_on_each_type_and_layout() {
        let world = World::new().await;
        let made = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await.json();
        let path = format!("/partners/{}/preview", made["id"].as_str().unwrap());
        assert_eq!(world.page(&path, "marketer").await.status, 200);
        let banner = world.page(&format!("{path}?show=sample:banner/300x250"), "marketer").await;
        assert_eq!(banner.header("content-type"), "image/png");
        for bad in ["sample:nonsense", "sample:banner/nonsense", "nonsense", "01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f"] {
            assert_eq!(world.page(&format!("{path}?show={bad}"), "marketer").await.status, 404, "{bad}");
        }
    }
}
