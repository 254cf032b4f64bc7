//! What goes into frames: an asset for a sample partner, a release, and a partner's profile as saved or as typed.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use countersign_domain::profile::Profile;
use countersign_render::placeholder_profile;
use countersign_session::{OnPage, PageForm, fault};
use countersign_store::Partner;
use countersign_web::problem::Problem;
use serde::Deserialize;

use crate::preview::{Scene, html, instead};
use crate::profiles::ProfileForm;
use crate::state::Studio;
use crate::{access, sample_content};

/// An asset's latest revision, for a sample partner.
pub(super) async fn asset(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    let view = studio.store.asset(access::id(&id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let revision = view.revision.ok_or_else(Problem::not_found)?;
    let kit = studio.store.kit(view.asset.kit).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let scene = Scene {
        context: &revision.context,
        content: &revision.content,
        profile: &placeholder_profile(),
        campaign: &kit.brief.campaign,
        asset: &id,
        partner: "sample",
    };
    html(&studio, &scene).await
}

/// A release, for a sample partner.
pub(super) async fn release(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    let row = studio.store.release(access::id(&id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let revision = studio.store.revision(row.revision).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let scene = Scene {
        context: &revision.context,
        content: &revision.content,
        profile: &placeholder_profile(),
        campaign: &row.campaign,
        asset: &row.asset.to_string(),
        partner: "sample",
    };
    html(&studio, &scene).await
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct What {
    /// A release's id, or `sample:ASSET_TYPE`; the first asset type when left out.
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
    let partner = super::partner::found(&studio, &id).await?;
    on(&studio, &partner, &partner.profile, &what.show).await
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
        Ok(profile) => on(&studio, &partner, &profile, &form.show).await,
        Err(wrong) => {
            let first =
                wrong.first().map(|(place, reason)| format!("{} {reason}.", super::partner::field_title(place)));
            Ok(instead(&studio, &first.unwrap_or_default()))
        }
    }
}

async fn on(studio: &Studio, partner: &Partner, profile: &Profile, show: &str) -> Result<Response, Problem> {
    if let Ok(release) = show.parse() {
        let row = studio.store.release(release).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
        if row.brand != partner.brand {
            return Err(Problem::not_found());
        }
        let revision = studio.store.revision(row.revision).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
        let scene = Scene {
            context: &revision.context,
            content: &revision.content,
            profile,
            campaign: &row.campaign,
            asset: &row.asset.to_string(),
            partner: &partner.slug,
        };
        return html(studio, &scene).await;
    }
    let asked = show.strip_prefix("sample:").unwrap_or("");
    let template = studio.templates.get(asked).or_else(|| studio.templates.iter().next());
    let template = template.ok_or_else(Problem::not_found)?;
    let brand = studio.store.brand(partner.brand).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let Some(context) = sample_content::context(template, &brand, partner) else {
        return Ok(instead(studio, "There is no sample of this kind for this partner's market."));
    };
    let scene = Scene {
        context: &context,
        content: &sample_content::content(template),
        profile,
        campaign: "sample",
        asset: "sample",
        partner: &partner.slug,
    };
    html(studio, &scene).await
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
    async fn a_profile_is_shown_as_it_is_typed_and_markup_in_it_stays_text() {
        let world = World::new().await;
        let made = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await.json();
        let path = format!("/partners/{}/preview", made["id"].as_str().unwrap());
        let form = "display_name=%3Cb%3ENeu%3C%2Fb%3E&site=https%3A%2F%2Fneu.example&show=sample%3Aemail";
        let shown = world.submit(&path, "marketer", form).await;
        assert_eq!(shown.status, 200);
        assert!(shown.body.contains("&lt;b&gt;Neu&lt;/b&gt;") && !shown.body.contains("<b>Neu"), "{}", shown.body);
        let bad = world.submit(&path, "marketer", "display_name=Neu&site=ftp%3A%2F%2Fx").await;
        assert!(bad.body.contains("https"), "{}", bad.body);
    }
}
