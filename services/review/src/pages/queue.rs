//! `GET /reviews`: the queue as a page.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_domain::people::Role;
use countersign_session::OnPage;
use countersign_store::Page;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use super::toast::{Toast, toast};
use crate::queue::{self, Asked, QueueRow};
use crate::view::SeverityCount;
use crate::{Face, api, faults};

#[derive(Debug, Serialize)]
pub(crate) struct QueuePage {
    pub heading: String,
    pub toast: Option<Toast>,
    /// How many descriptions of partners wait.
    pub statements: usize,
    pub problem: String,
    pub filters: Filters,
    pub rows: Vec<Row>,
    pub next: String,
    pub empty: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Filters {
    pub states: Vec<Choice>,
    pub types: Vec<Choice>,
    pub locale: String,
    pub market: String,
    pub kit: String,
    pub mine: bool,
    /// Whether anything is filtered.
    pub any: bool,
    /// Whether what is shown waits for a decision.
    pub open: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Choice {
    pub value: String,
    pub label: String,
    pub selected: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub id: String,
    pub title: String,
    pub locale: String,
    pub market: String,
    pub campaign: String,
    pub product: String,
    pub counts: Vec<SeverityCount>,
    pub author: String,
    pub own: bool,
    /// Whether it waits for somebody else.
    pub quiet: bool,
    pub since: String,
    pub waiting: String,
    /// A state of style.css.
    pub state: &'static str,
    pub status: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Extra {
    done: String,
}

pub(crate) async fn page(
    State(face): State<Face>,
    who: OnPage,
    asked: Result<Query<Asked>, QueryRejection>,
    extra: Result<Query<Extra>, QueryRejection>,
) -> Result<Response, Problem> {
    who.require_any(&Role::ALL)?;
    let asked = api::query(asked)?;
    let toast = toast(&face, &who.user, &api::query(extra)?.done).await?;
    let mut status = StatusCode::OK;
    let mut problem = String::new();
    let page = match asked.filter(&who.user) {
        Ok((filter, request)) => queue::rows(&face, &who.user, filter, request).await?,
        // The form comes back as it was filled in, with what is wrong.
        Err(fault) => {
            status = fault.status_code();
            problem = fault
                .errors
                .iter()
                .map(|f| format!("{}: {}", &f.pointer[1..], f.detail))
                .collect::<Vec<_>>()
                .join("; ");
            Page { items: Vec::new(), next: None }
        }
    };
    let shown = QueuePage {
        heading: heading(&page),
        toast,
        statements: face.store.statements_waiting().await.map_err(faults::store)?.len(),
        problem,
        next: page.next.as_deref().map(|cursor| next_address(&asked, cursor)).unwrap_or_default(),
        filters: filters(&face, &asked),
        rows: page.items.into_iter().map(row).collect(),
        empty: if any(&asked) {
            "No review matches these filters."
        } else {
            "Every draft has been decided. New ones appear here as they are drafted."
        },
    };
    Ok(face.ui.page_with(status, &who, "Reviews", "review_queue.html", &shown))
}

fn heading(page: &Page<QueueRow>) -> String {
    let more = if page.next.is_some() { "more than " } else { "" };
    match page.items.len() {
        0 => String::new(),
        1 => "1 review".to_owned(),
        n => format!("{more}{n} reviews, oldest first"),
    }
}

fn any(asked: &Asked) -> bool {
    *asked != Asked { cursor: asked.cursor.clone(), limit: asked.limit.clone(), ..Asked::default() }
}

fn filters(face: &Face, asked: &Asked) -> Filters {
    let state = if asked.state.is_empty() { "open" } else { &asked.state };
    let choice = |value: &str, label: &str, now: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: value == now,
    };
    let states = [("open", "Open"), ("decided", "Decided"), ("superseded", "Superseded"), ("all", "All")];
    Filters {
        states: states.map(|(value, label)| choice(value, label, state)).into(),
        types: face.templates.iter().map(|t| choice(&t.name, t.title("en"), &asked.asset_type)).collect(),
        locale: asked.locale.clone(),
        market: asked.market.clone(),
        kit: asked.kit.clone(),
        mine: asked.mine == "true",
        any: any(asked),
        open: state == "open",
    }
}

/// The same filters, further on. Values are percent-encoded, whatever somebody typed.
fn next_address(asked: &Asked, cursor: &str) -> String {
    let pairs = [
        ("state", &asked.state),
        ("locale", &asked.locale),
        ("market", &asked.market),
        ("asset_type", &asked.asset_type),
        ("kit", &asked.kit),
        ("mine", &asked.mine),
        ("limit", &asked.limit),
    ];
    let mut address = format!("/reviews?cursor={}", encoded(cursor));
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        address.push_str(&format!("&{name}={}", encoded(value)));
    }
    address
}

/// RFC 3986: everything but the unreserved characters.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn row(row: QueueRow) -> Row {
    let held = row.lease.as_ref().filter(|lease| !lease.mine);
    let (state, status) = match (row.state, row.verdict, &row.lease) {
        ("open", _, Some(lease)) if lease.mine => ("open", "with you".to_owned()),
        ("open", _, Some(lease)) => ("drafting", format!("with {}", lease.holder.name)),
        ("open", _, None) => ("open", "open".to_owned()),
        (_, Some("approve"), _) => ("approved", "approved".to_owned()),
        (_, Some("reject"), _) => ("rejected", "rejected".to_owned()),
        (_, Some(_), _) => ("changes_requested", "changes requested".to_owned()),
        (other, None, _) => ("", other.to_owned()),
    };
    Row {
        quiet: held.is_some() || (row.own && row.state == "open"),
        state,
        status,
        id: row.id,
        title: row.title,
        locale: row.locale,
        market: row.market,
        campaign: row.campaign,
        product: row.product,
        counts: row.counts,
        author: row.author.name,
        own: row.own,
        waiting: waited(row.waits_seconds),
        since: row.created_at,
    }
}

/// A duration as people say it.
fn waited(seconds: i64) -> String {
    match seconds {
        ..60 => "just now".to_owned(),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_typed_cannot_break_out_of_an_address() {
        let asked = Asked { locale: "\"><script>&x=é".into(), ..Asked::default() };
        assert_eq!(next_address(&asked, "a b"), "/reviews?cursor=a%20b&locale=%22%3E%3Cscript%3E%26x%3D%C3%A9");
    }

    #[test]
    fn waiting_is_said_in_the_largest_unit_that_fits() {
        assert_eq!([5, 90, 7_300, 400_000].map(waited), ["just now", "1 min", "2 h", "4 days"]);
    }
}
