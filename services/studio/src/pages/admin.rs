//! `/admin/users`, `/admin/jobs` and `/admin/audit`.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_domain::job::Work;
use countersign_domain::people::Role;
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_session::{OnPage, PageForm, fault};
use countersign_store::{Actor, AuditFilter};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use super::by_field;
use super::partner::Nothing;
use crate::access;
use crate::api::{PageQuery, create_user, let_in, restart_job, shut_out};
use crate::form::FieldFaults;
use crate::people::NewPerson;
use crate::state::Studio;
use crate::when::When;

#[derive(Serialize)]
pub(super) struct Users {
    pub users: Vec<UserRow>,
    pub typed: UserPost,
    pub faults: FieldFaults,
    pub roles: Vec<&'static str>,
}

#[derive(Serialize)]
pub(super) struct UserRow {
    pub id: String,
    pub name: String,
    pub email: String,
    pub roles: Vec<&'static str>,
    pub at: When,
    pub disabled: Option<When>,
    pub me: bool,
}

/// What was typed; the password never goes back to the page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct UserPost {
    pub email: String,
    pub name: String,
    #[serde(rename = "role")]
    pub roles: Vec<String>,
    #[serde(skip_serializing)]
    pub password: String,
}

pub(super) async fn users(State(studio): State<Studio>, who: OnPage) -> Result<Response, Problem> {
    access::administer(&who.user)?;
    users_page(&studio, &who, StatusCode::OK, UserPost::default(), FieldFaults::new()).await
}

async fn users_page(
    studio: &Studio,
    who: &OnPage,
    status: StatusCode,
    typed: UserPost,
    faults: FieldFaults,
) -> Result<Response, Problem> {
    let users = studio.store.users().await.map_err(fault::of)?;
    let view = Users {
        users: users
            .iter()
            .map(|user| UserRow {
                id: user.id.to_string(),
                name: user.name.clone(),
                email: user.email.clone(),
                roles: user.roles.iter().map(|role| role.as_str()).collect(),
                at: When::of(user.created_at),
                disabled: user.disabled_at.map(When::of),
                me: user.id == who.user.id,
            })
            .collect(),
        typed,
        faults,
        roles: Role::ALL.map(Role::as_str).to_vec(),
    };
    Ok(studio.ui.page_with(status, who, "Users", "admin-users.html", &view))
}

pub(super) async fn make_user(
    State(studio): State<Studio>,
    PageForm { who, form }: PageForm<UserPost>,
) -> Result<Response, Problem> {
    access::administer(&who.user)?;
    let new = NewPerson {
        email: form.email.clone(),
        name: form.name.clone(),
        roles: form.roles.clone(),
        password: form.password.clone(),
    };
    match create_user(&studio, &new, Actor::User(who.user.id)).await {
        Ok(user) => Ok(go("/admin/users", Some(&Flash::good(format!("{} may sign in now.", user.name))))),
        Err(problem) if matches!(problem.status, 409 | 422) => {
            let mut faults = by_field(&problem);
            if problem.status == 409 {
                faults.insert("email".into(), problem.detail.clone());
            }
            users_page(&studio, &who, problem.status_code(), form, faults).await
        }
        Err(problem) => Err(problem),
    }
}

pub(super) async fn disable(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form: Nothing {} }: PageForm<Nothing>,
) -> Result<Response, Problem> {
    access::administer(&who.user)?;
    shut_out(&studio, access::id(&id)?, who.user.id).await?;
    Ok(go("/admin/users", Some(&Flash::good("The account is disabled; its sessions and tokens have ended."))))
}

pub(super) async fn enable(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form: Nothing {} }: PageForm<Nothing>,
) -> Result<Response, Problem> {
    access::administer(&who.user)?;
    let_in(&studio, access::id(&id)?, who.user.id).await?;
    Ok(go("/admin/users", Some(&Flash::good("The account is enabled: they may sign in with the password they had."))))
}

#[derive(Serialize)]
pub(super) struct Jobs {
    pub queued: u64,
    pub leased: u64,
    pub done: u64,
    pub dead: Vec<JobRow>,
}

#[derive(Serialize)]
pub(super) struct JobRow {
    pub id: String,
    pub what: String,
    pub attempts: u32,
    pub error: String,
    pub at: When,
}

pub(super) async fn jobs(State(studio): State<Studio>, who: OnPage) -> Result<Response, Problem> {
    access::administer(&who.user)?;
    let counts = studio.store.job_counts().await.map_err(fault::of)?;
    let dead = studio.store.jobs_dead().await.map_err(fault::of)?;
    let view = Jobs {
        queued: counts.queued,
        leased: counts.leased,
        done: counts.done,
        dead: dead
            .iter()
            .map(|job| JobRow {
                id: job.id.to_string(),
                what: match &job.work {
                    Work::DraftAsset { asset } => format!("Draft asset {asset}"),
                    Work::Release { decision } => format!("Release by decision {decision}"),
                },
                attempts: job.attempts,
                error: job.last_error.clone().unwrap_or_default(),
                at: When::of(job.created_at),
            })
            .collect(),
    };
    Ok(studio.ui.page(&who, "Jobs", "admin-jobs.html", &view))
}

pub(super) async fn restart(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form: Nothing {} }: PageForm<Nothing>,
) -> Result<Response, Problem> {
    access::administer(&who.user)?;
    restart_job(&studio, access::id(&id)?, Actor::User(who.user.id)).await?;
    Ok(go("/admin/jobs", Some(&Flash::good("The job is queued again."))))
}

#[derive(Serialize)]
pub(super) struct Audit {
    pub rows: Vec<AuditLine>,
    pub subject: String,
    pub action: String,
    pub next: Option<String>,
}

#[derive(Serialize)]
pub(super) struct AuditLine {
    pub seq: i64,
    pub at: When,
    pub who: String,
    pub action: String,
    pub subject: String,
    pub detail: String,
}

#[derive(Deserialize)]
pub(super) struct AuditQuery {
    #[serde(default)]
    subject: String,
    #[serde(default)]
    action: String,
    cursor: Option<String>,
}

pub(super) async fn audit(
    State(studio): State<Studio>,
    who: OnPage,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    access::administer(&who.user)?;
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = AuditFilter { subject: some(&query.subject), action: some(&query.action), ..AuditFilter::default() };
    let page = PageQuery { cursor: query.cursor, limit: None };
    let page = studio.store.audit(filter, page.request()).await.map_err(fault::of)?;
    let users = studio.store.users().await.map_err(fault::of)?;
    let name = |actor: &str| {
        let id = actor.strip_prefix("user:").and_then(|id| id.parse().ok());
        id.map_or_else(|| actor.to_owned(), |id| super::kits::name(&users, id))
    };
    let view = Audit {
        rows: page
            .items
            .iter()
            .map(|row| AuditLine {
                seq: row.seq,
                at: When::of(row.at),
                who: name(&row.actor),
                action: row.action.clone(),
                subject: row.subject.clone(),
                detail: row.detail.to_string(),
            })
            .collect(),
        subject: query.subject,
        action: query.action,
        next: page.next,
    };
    Ok(studio.ui.page(&who, "Audit trail", "admin-audit.html", &view))
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[tokio::test]
    async fn the_rooms_of_administration_are_closed_to_others() {
        let world = World::new().await;
        for path in ["/admin/users", "/admin/jobs", "/admin/audit"] {
            assert_eq!(world.page(path, "admin").await.status, 200, "{path}");
            assert_eq!(world.page(path, "marketer").await.status, 403, "{path}");
        }
    }

    #[tokio::test]
    async fn a_new_user_whose_form_is_faulty_is_asked_again_without_the_password() {
        let world = World::new().await;
        let form = "email=nobody&name=%3Cscript%3E&role=reviewer&password=a+secret+that+is+long";
        let back = world.submit("/admin/users", "admin", form).await;
        assert_eq!(back.status, 422);
        assert!(back.body.contains("id=\"fault-email\"") && back.body.contains("&lt;script&gt;"));
        assert!(!back.body.contains("a secret that is long"));
        let good = form.replace("email=nobody", "email=n%40x.example");
        assert_eq!(world.submit("/admin/users", "admin", &good).await.status, 303);
    }

    #[tokio::test]
    async fn disabling_asks_a_second_time_and_can_be_taken_back() {
        let world = World::new().await;
        let users = world.get("/api/v1/users", "admin").await.json();
        let user = users.as_array().unwrap().iter().find(|user| user["email"] == "marketer@x.example").unwrap().clone();
        let path = format!("/admin/users/{}", user["id"].as_str().unwrap());
        let page = world.page("/admin/users", "admin").await.body;
        let (before, _) = page.split_once(&format!("action=\"{path}/disable\"")).unwrap();
        assert!(before.rfind("<details").unwrap() > before.rfind("</details>").unwrap_or(0), "the button stands open");
        assert_eq!(world.submit(&format!("{path}/disable"), "admin", "").await.status, 303);
        assert!(world.page("/admin/users", "admin").await.body.contains(&format!("action=\"{path}/enable\"")));
        assert_eq!(world.submit(&format!("{path}/enable"), "marketer", "").await.status, 303, "to the sign-in");
        assert_eq!(world.submit(&format!("{path}/enable"), "reviewer", "").await.status, 403);
        assert_eq!(world.submit(&format!("{path}/enable"), "admin", "").await.status, 303);
        assert!(!world.page("/admin/users", "admin").await.body.contains("Disabled"));
    }
}
