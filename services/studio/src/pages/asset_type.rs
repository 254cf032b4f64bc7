//! `/types/{name}`: one asset type, its sample in each layout, for whoever is chosen, and what its slots take.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use countersign_domain::place::Locale;
use countersign_domain::release::BrandIdentity;
use countersign_preview::{Asked, Choice, Scene, Stage, StageOf, Whom, fitting};
use countersign_render::{Slot, Template, Unit};
use countersign_session::{OnPage, fault};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::state::Studio;
use crate::{access, sample_content};

/// A sample in a locale; without one, that of the partner, or English.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SampleOf {
    pub locale: String,
    #[serde(flatten)]
    pub asked: Asked,
}

#[derive(Serialize)]
pub(super) struct TypePage {
    pub name: String,
    pub title: String,
    pub description: String,
    pub channel: String,
    pub medium: String,
    /// The edition that new drafts are made in.
    pub edition: String,
    pub languages: Vec<String>,
    pub notice: bool,
    pub stage: Stage,
    pub groups: Vec<SlotGroup>,
}

/// The slots of one of its texts.
#[derive(Serialize)]
pub(super) struct SlotGroup {
    /// Empty where it is made of one text.
    pub title: String,
    pub slots: Vec<SlotRow>,
}

#[derive(Serialize)]
pub(super) struct SlotRow {
    pub name: String,
    pub title: String,
    pub limit: String,
    pub guide: String,
    pub required: bool,
    /// The value of the brief that it shows.
    pub from: Option<String>,
}

pub(super) async fn show(
    State(studio): State<Studio>,
    who: OnPage,
    Path(name): Path<String>,
    Query(of): Query<SampleOf>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    let template = studio.templates.get(&name).ok_or_else(Problem::not_found)?;
    let asked = of.asked;
    let whom = Whom::find(&studio.store, None, &asked).await?;
    let shown = locale(template, &of.locale, &whom)?;
    let more = if of.locale.is_empty() { Vec::new() } else { vec![("locale".to_owned(), of.locale.clone())] };
    let mut stage = Stage::of(&StageOf {
        page: &format!("/types/{name}"),
        preview: &format!("/types/{name}/preview"),
        more: &more,
        template: Some(template),
        whom: &whom,
        partners: &fitting(&studio.store, None, None).await?,
        asked: &asked,
    })?;
    // The form has a field for it, in place of what it would send along unseen.
    stage.keep.retain(|(name, _)| name != "locale");
    stage.locales = choices(template, &of.locale, &shown);
    let page = TypePage {
        title: template.title("en").to_owned(),
        description: template.description("en").to_owned(),
        channel: template.channel.clone(),
        medium: template.medium.clone(),
        edition: template.tag(),
        languages: template.locales().map(str::to_owned).collect(),
        notice: template.prints_notice,
        stage,
        groups: groups(template),
        name,
    };
    Ok(studio.ui.page(&who, &page.title, "type.html", &page))
}

/// The locale that is asked for, else the first of the partner's that there is a sample in, else English.
pub(super) fn locale(template: &Template, asked: &str, whom: &Whom) -> Result<Locale, Problem> {
    let wanted: &[Locale] = match whom {
        Whom::Partner(partner) => &partner.locales,
        Whom::Sample | Whom::Worst(_) => &[],
    };
    let found = if asked.is_empty() {
        sample_content::locale(template, wanted)
    } else {
        asked.parse().ok().filter(|locale| sample_content::speaks(template, locale))
    };
    found.ok_or_else(Problem::not_found)
}

/// The sample for `whom`: of the partner's brand, else of the first that there is, else of a neutral one.
pub(super) async fn scene(studio: &Studio, template: &Template, locale: Locale, whom: &Whom) -> Result<Scene, Problem> {
    let brands = studio.store.brands().await.map_err(fault::of)?;
    let brand = match whom {
        Whom::Partner(partner) => brands.into_iter().find(|brand| brand.id == partner.brand),
        Whom::Sample | Whom::Worst(_) => brands.into_iter().next(),
    };
    let identity = brand.map_or_else(neutral, |brand| brand.sheet.identity);
    sample_content::scene(template, locale, identity, whom).ok_or_else(Problem::not_found)
}

fn neutral() -> BrandIdentity {
    BrandIdentity { name: "Your brand".into(), color: "#0f5f5c".into(), ..BrandIdentity::default() }
}

fn choices(template: &Template, asked: &str, shown: &Locale) -> Vec<Choice> {
    let choice = |value: &str, label: String| Choice { selected: value == asked, value: value.to_owned(), label };
    let own = choice("", format!("As it fits ({})", if asked.is_empty() { shown.as_str() } else { "the partner’s" }));
    let mut known: Vec<&str> = sample_content::locales(template);
    if !asked.is_empty() && !known.contains(&asked) {
        known.push(asked);
    }
    std::iter::once(own).chain(known.into_iter().map(|locale| choice(locale, locale.to_owned()))).collect()
}

fn groups(template: &Template) -> Vec<SlotGroup> {
    let group = |title: &str, text: Option<&str>| SlotGroup {
        title: title.to_owned(),
        slots: template.slots_of(text).map(row).collect(),
    };
    let all = template.texts.iter().map(|text| group(text.title("en"), Some(&text.name)));
    let shared = group(if template.texts.is_empty() { "" } else { "In all of them" }, None);
    std::iter::once(shared).chain(all).filter(|group| !group.slots.is_empty()).collect()
}

fn row(slot: &Slot) -> SlotRow {
    SlotRow {
        name: slot.name.clone(),
        title: slot.title("en").to_owned(),
        limit: limit(slot),
        guide: slot.guide.clone(),
        required: slot.required,
        from: slot.from.clone(),
    }
}

/// A limit as people say it.
fn limit(slot: &Slot) -> String {
    let unit = match slot.limit.unit {
        Unit::Graphemes => "characters",
        Unit::Utf16 => "UTF-16 units",
        Unit::Weighted => "characters as X counts them",
        Unit::DoubleWidth => "characters, wide ones counted twice",
        Unit::Bytes => "bytes",
        Unit::Words => "words",
    };
    let range = if slot.limit.min == 0 {
        format!("at most {} {unit}", slot.limit.max)
    } else {
        format!("{} to {} {unit}", slot.limit.min, slot.limit.max)
    };
    let shown = slot.limit.shown.map(|shown| format!("; cut after {shown} in a list")).unwrap_or_default();
    let notice = if slot.limit.notice { "; the market’s notice counts too" } else { "" };
    format!("{range}{shown}{notice}")
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, partner};

    #[tokio::test]
    async fn a_type_shows_its_sample_its_slots_and_every_choice() {
        let world = World::new().await;
        world.post("/api/v1/partners", "marketer", partner("nordlicht")).await;
        let page = world.page("/types/email_sequence", "reviewer").await;
        assert_eq!(page.status, 200);
        let body = page.body.replace("&#x2f;", "/");
        for part in [
            "First email",
            "Third email",
            "value=\"worst=least\"",
            "href=\"/types/email_sequence?layout=second\"",
            "value=\"de\"",
            " characters",
        ] {
            assert!(body.contains(part), "{part}: {body}");
        }
        let chosen = "/types/banner?locale=de&for=worst%3Drtl&layout=300x250";
        let page = world.page(chosen, "marketer").await.body.replace("&#x2f;", "/");
        let src = "src=\"/types/banner/preview?locale=de&amp;for=worst%3Drtl&amp;layout=300x250&amp;format=png\"";
        assert!(page.contains(src) && page.contains("<option value=\"worst=rtl\" selected>"), "{page}");
    }

    #[tokio::test]
    async fn a_choice_that_is_not_there_does_not_exist() {
        let world = World::new().await;
        for (bad, status) in [
            ("/types/nonsense", 404),
            ("/types/email?layout=nonsense", 404),
            ("/types/email?format=png", 404),
            ("/types/email?locale=tlh", 404),
            ("/types/email?for=partner%3Dnobody", 404),
            ("/types/email?for=nobody", 400),
        ] {
            let page = world.page(bad, "marketer").await;
            assert_eq!(page.status, status, "{bad}");
            assert!(page.header("content-type").starts_with("text/html"), "{bad}");
        }
    }
}
