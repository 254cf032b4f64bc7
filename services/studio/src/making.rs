//! A brief becomes a kit: checked, planned, queued. One way for the API and for the page.

use countersign_domain::brand::Brand;
use countersign_domain::brief::{Brief, BriefForm};
use countersign_domain::kit::Kit;
use countersign_domain::people::User;
use countersign_drafting::plan::{PlanError, plan};
use countersign_session::fault;
use countersign_store::{NewAsset, NewKit, Reply};
use countersign_web::problem::Problem;

use crate::brands::{self, NoBrand};
use crate::state::Studio;

/// A brief that was checked, with its plan: only to be written.
#[derive(Debug)]
pub(crate) struct Planned {
    brand: Brand,
    brief: Brief,
    assets: Vec<NewAsset>,
}

impl Planned {
    /// The brand that the brief means.
    pub fn brand(&self) -> &Brand {
        &self.brand
    }
}

/// Checks a brief and plans it. Every fault is named with its JSON pointer.
pub(crate) async fn planned(studio: &Studio, form: BriefForm) -> Result<Planned, Problem> {
    let brief = form.check(&studio.asset_types());
    let asked = brief.as_ref().ok().and_then(|brief| brief.brand.clone());
    let brief = brief.map_err(|errors| {
        let problem = Problem::invalid(match errors.len() {
            1 => "One field of the brief needs another look.".to_owned(),
            n => format!("{n} fields of the brief need another look."),
        });
        errors.into_iter().fold(problem, |problem, error| problem.fault(error.pointer, error.detail))
    })?;
    let brand = brands::choose(&studio.store, asked.as_deref()).await.map_err(|error| match error {
        NoBrand::Store(error) => fault::of(error),
        other => Problem::invalid("The brief's brand is not known.").fault("/brand", other),
    })?;
    let assets = plan(&brief, &studio.templates).map_err(|error| match &error {
        PlanError::Unknown(_) => Problem::invalid(&error).fault("/asset_types", &error),
        PlanError::TooMany { .. } => Problem::invalid(&error).fault("/locales", &error),
    })?;
    Ok(Planned { brand, brief, assets })
}

/// Writes a planned kit in one transaction, with the answer to keep for its idempotency key, and wakes the runner.
pub(crate) async fn make(studio: &Studio, planned: Planned, user: &User, reply: Option<Reply>) -> Result<Kit, Problem> {
    let Planned { brand, brief, assets } = planned;
    let new = NewKit { brand: brand.id, brief, created_by: user.id, assets };
    let kit = studio.store.kit_create(new, reply).await.map_err(fault::of)?;
    studio.hub.wake();
    Ok(kit)
}
