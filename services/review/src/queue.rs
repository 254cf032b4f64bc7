//! The queue: filters as people and programs write them, rows as both are shown them, and what comes next.

use countersign_domain::finding::Severity;
use countersign_domain::id::{KitId, ReviewId, UserId};
use countersign_domain::people::User;
use countersign_domain::review::Verdict;
use countersign_store::{Page, PageRequest, ReviewFilter, ReviewRow, ReviewStatus};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::view::{LeaseView, Person, SeverityCount, counts, title};
use crate::{Face, faults};

/// The query of `GET /api/v1/reviews` and of the page; an empty value is as good as none, since forms send those.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Asked {
    /// `open` (when left out), `decided`, `superseded` or `all`.
    pub state: String,
    /// A BCP 47 tag, such as `de-DE`.
    pub locale: String,
    /// A country code in capitals, such as `DE`.
    pub market: String,
    pub asset_type: String,
    /// A kit's id.
    pub kit: String,
    /// `true`: only what you may decide, which leaves out your own work.
    pub mine: String,
    pub cursor: String,
    /// 50 when left out, 200 at most.
    pub limit: String,
}

impl Asked {
    pub fn filter(&self, user: &User) -> Result<(ReviewFilter, PageRequest), Problem> {
        let mut problem = Problem::invalid("A filter is not right.");
        let mut fault = |name: &str, detail: String| problem = problem.clone().fault(format!("/{name}"), detail);
        let state = match self.state.trim() {
            "" | "open" => Some(ReviewStatus::Open),
            "decided" => Some(ReviewStatus::Decided),
            "superseded" => Some(ReviewStatus::Superseded),
            "all" => None,
            other => {
                fault("state", format!("`{}` is no state; there are open, decided, superseded and all", clip(other)));
                None
            }
        };
        let locale = parsed(&self.locale).unwrap_or_else(|detail| {
            fault("locale", detail);
            None
        });
        let market = parsed(&self.market.to_uppercase()).unwrap_or_else(|detail| {
            fault("market", detail);
            None
        });
        let kit: Option<KitId> = parsed(&self.kit).unwrap_or_else(|detail| {
            fault("kit", detail);
            None
        });
        let mine = match self.mine.trim() {
            "" | "false" => false,
            "true" => true,
            other => {
                fault("mine", format!("`{}` is neither true nor false", clip(other)));
                false
            }
        };
        let limit = match self.limit.trim() {
            "" => 50,
            text => text.parse().ok().filter(|limit| *limit > 0).unwrap_or_else(|| {
                fault("limit", format!("`{}` is not a number from 1 to 200", clip(text)));
                50
            }),
        };
        if !problem.errors.is_empty() {
            return Err(problem);
        }
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let filter = ReviewFilter {
            state,
            locale,
            market,
            asset_type: some(&self.asset_type),
            kit,
            not_author: mine.then_some(user.id),
            severity: None,
        };
        Ok((filter, PageRequest { cursor: some(&self.cursor), limit }))
    }
}

fn parsed<T: std::str::FromStr<Err: ToString>>(text: &str) -> Result<Option<T>, String> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|error: T::Err| error.to_string()),
    }
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

/// One review in the queue.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct QueueRow {
    pub id: String,
    pub asset: String,
    pub kit: String,
    pub asset_type: String,
    pub title: String,
    pub locale: String,
    pub market: String,
    pub campaign: String,
    pub product: String,
    pub revision: String,
    pub number: u32,
    pub digest: String,
    pub author: Person,
    /// Whether the asker is the author, and so may not decide.
    pub own: bool,
    /// `open`, `decided` or `superseded`.
    pub state: &'static str,
    /// `approve`, `request_changes` or `reject`; null unless decided.
    pub verdict: Option<&'static str>,
    /// Who holds it now; null when nobody does.
    pub lease: Option<LeaseView>,
    /// Findings by severity, worst first; what may not be said any more counts as blocks.
    pub counts: Vec<SeverityCount>,
    /// Since when it waits.
    pub created_at: String,
    #[serde(skip)]
    pub(crate) waits_seconds: i64,
}

/// A page of the queue for `user`, oldest first.
pub async fn rows(
    face: &Face,
    user: &User,
    filter: ReviewFilter,
    page: PageRequest,
) -> Result<Page<QueueRow>, Problem> {
    let found = face.store.reviews(filter, page).await.map_err(faults::store)?;
    let mut items = Vec::with_capacity(found.items.len());
    for row in found.items {
        let counted = counted(face, &row).await?;
        items.push(shown(face, user, row, counted));
    }
    Ok(Page { items, next: found.next })
}

/// Most drafts have no findings; only of those that have is the revision read.
async fn counted(face: &Face, row: &ReviewRow) -> Result<Vec<SeverityCount>, Problem> {
    let lapsed = row.lapsed.iter().map(|_| Severity::Block);
    if row.findings == 0 {
        return Ok(counts(lapsed));
    }
    let revision = face.store.revision(row.revision).await.map_err(faults::store)?;
    let findings = revision.map(|revision| revision.findings).unwrap_or_default();
    Ok(counts(findings.iter().map(|finding| finding.severity).chain(lapsed)))
}

fn shown(face: &Face, user: &User, row: ReviewRow, counts: Vec<SeverityCount>) -> QueueRow {
    let now = face.now();
    let asset = &row.asset;
    QueueRow {
        id: row.id.to_string(),
        asset: asset.id.to_string(),
        kit: asset.kit.to_string(),
        asset_type: asset.asset_type.clone(),
        title: title(face.templates.get(&asset.asset_type), &asset.asset_type),
        locale: asset.locale.to_string(),
        market: asset.market.to_string(),
        revision: row.revision.to_string(),
        number: row.number,
        digest: row.digest.to_string(),
        author: Person { id: row.author.to_string(), name: row.author_name },
        own: row.author == user.id,
        state: state_name(row.state),
        verdict: row.verdict.map(Verdict::as_str),
        lease: row.holder.filter(|(_, _, until)| *until > now).map(|(id, name, until)| LeaseView {
            holder: Person { id: id.to_string(), name },
            mine: id == user.id,
            expires_at: until.rfc3339(),
        }),
        counts,
        created_at: row.created_at.rfc3339(),
        waits_seconds: (now.micros() - row.created_at.micros()).max(0) / 1_000_000,
        campaign: row.campaign,
        product: row.product,
    }
}

const fn state_name(state: ReviewStatus) -> &'static str {
    match state {
        ReviewStatus::Open => "open",
        ReviewStatus::Decided => "decided",
        ReviewStatus::Superseded => "superseded",
    }
}

/// The next review that `user` can decide and nobody else is at.
pub async fn next(face: &Face, user: UserId, except: ReviewId) -> Result<Option<ReviewId>, Problem> {
    let filter = ReviewFilter { state: Some(ReviewStatus::Open), not_author: Some(user), ..ReviewFilter::default() };
    let now = face.now();
    let page = face.store.reviews(filter, PageRequest { cursor: None, limit: 50 }).await.map_err(faults::store)?;
    let free = |row: &ReviewRow| {
        row.id != except && row.holder.as_ref().is_none_or(|(holder, _, until)| *holder == user || *until <= now)
    };
    Ok(page.items.iter().find(|row| free(row)).map(|row| row.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::person;

    #[test]
    fn empty_values_are_as_good_as_none_and_the_queue_is_what_is_open() {
        let (filter, page) = Asked::default().filter(&person()).unwrap();
        assert_eq!(filter, ReviewFilter { state: Some(ReviewStatus::Open), ..ReviewFilter::default() });
        assert_eq!(page, PageRequest::default());
    }

    #[test]
    fn every_filter_that_is_not_right_is_named() {
        let asked = Asked {
            state: "pending".into(),
            locale: "german".into(),
            market: "Germany".into(),
            kit: "7".into(),
            mine: "perhaps".into(),
            limit: "-1".into(),
            ..Asked::default()
        };
        let problem = asked.filter(&person()).unwrap_err();
        assert_eq!(problem.status, 422);
        let pointers: Vec<&str> = problem.errors.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/state", "/locale", "/market", "/kit", "/mine", "/limit"]);
    }

    #[test]
    fn mine_leaves_out_what_i_wrote() {
        let me = person();
        let asked = Asked { mine: "true".into(), market: "de".into(), ..Asked::default() };
        let (filter, _) = asked.filter(&me).unwrap();
        assert_eq!(filter.not_author, Some(me.id));
        assert_eq!(filter.market.map(|m| m.to_string()), Some("DE".into()));
    }
}
