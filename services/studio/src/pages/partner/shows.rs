//! What a partner's preview can show: every asset type and each of its layouts, and what it could pull now.

use countersign_render::Template;
use countersign_session::fault;
use countersign_store::{PageRequest, Partner, ReleaseFilter};
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::state::Studio;

/// A group of choices, each a value and a label.
#[derive(Serialize)]
pub(in crate::pages) struct Shows {
    pub title: String,
    pub options: Vec<(String, String)>,
}

pub(super) async fn of(studio: &Studio, partner: &Partner) -> Result<Vec<Shows>, Problem> {
    let filter = ReleaseFilter { brand: Some(partner.brand), live: Some(true), ..ReleaseFilter::default() };
    let releases = studio.store.releases(filter, PageRequest { cursor: None, limit: 50 }).await.map_err(fault::of)?;
    let reachable = releases.items.iter().filter(|row| partner.markets.contains(&row.market)).map(|row| {
        let campaign = if row.campaign.is_empty() { &row.product } else { &row.campaign };
        (row.id.to_string(), format!("{campaign}: {} {}", studio.type_title(&row.asset_type), row.locale))
    });
    let (single, several): (Vec<&Template>, Vec<&Template>) =
        studio.templates.iter().partition(|template| template.layouts.len() < 2);
    let value = |template: &Template| format!("sample:{}", template.name);
    let alone = single.iter().map(|template| (value(template), template.title("en").to_owned()));
    let mut shows = vec![Shows { title: "Samples".into(), options: alone.collect() }];
    shows.extend(several.iter().map(|template| {
        let title = template.title("en");
        let each = template
            .layouts
            .iter()
            .map(|layout| (format!("{}/{}", value(template), layout.name), format!("{title}: {}", layout.title("en"))));
        Shows {
            title: title.to_owned(),
            options: std::iter::once((value(template), format!("{title}: all"))).chain(each).collect(),
        }
    }));
    shows.push(Shows { title: "Releases that it could pull".into(), options: reachable.collect() });
    shows.retain(|group| !group.options.is_empty());
    Ok(shows)
}
