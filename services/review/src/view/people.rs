//! Names of the people who stand in a review.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use countersign_domain::id::UserId;
use countersign_domain::review::{Review, ReviewState, Revision};
use countersign_store::DecisionView;
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::{Face, faults};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Person {
    pub id: String,
    pub name: String,
}

#[derive(Debug)]
pub(super) struct People(BTreeMap<UserId, String>);

impl People {
    pub(super) async fn of(
        face: &Face,
        review: &Review,
        revisions: &[Revision],
        decisions: &[DecisionView],
    ) -> Result<Self, Problem> {
        let mut names: BTreeMap<UserId, String> =
            decisions.iter().map(|view| (view.decision.reviewer, view.reviewer_name.clone())).collect();
        let mut wanted: Vec<UserId> = revisions.iter().map(|revision| revision.origin.author()).collect();
        wanted.push(review.revision.origin.author());
        match &review.state {
            ReviewState::Open { lease: Some(lease) } => wanted.push(lease.holder),
            ReviewState::Decided { by, .. } => wanted.push(*by),
            ReviewState::Open { lease: None } | ReviewState::Superseded { .. } => {}
        }
        for id in wanted {
            if let Entry::Vacant(place) = names.entry(id) {
                let user = face.store.user(id).await.map_err(faults::store)?;
                place.insert(user.map_or_else(|| id.to_string(), |user| user.name));
            }
        }
        Ok(Self(names))
    }

    pub(super) fn get(&self, id: UserId) -> Person {
        Person { id: id.to_string(), name: self.0.get(&id).cloned().unwrap_or_else(|| id.to_string()) }
    }
}
