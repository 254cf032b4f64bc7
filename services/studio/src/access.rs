//! Who may do what here. Each rule has a name, so that a handler says which one it is under.

use countersign_domain::people::{Role, User};
use countersign_session::signed_in::require_any;
use countersign_web::problem::Problem;

/// Whoever has any role sees kits, releases and the library; for whoever has none, nothing exists.
pub fn see(user: &User) -> Result<(), Problem> {
    if user.roles.is_empty() { Err(Problem::not_found()) } else { Ok(()) }
}

/// Briefs, partners and the library are marketers' work, and administrators'.
pub fn make(user: &User) -> Result<(), Problem> {
    see(user)?;
    require_any(user, &[Role::Marketer, Role::Admin])
}

/// Texts are edited, and brought from elsewhere, by marketers and reviewers; whoever does is the author then.
pub fn edit(user: &User) -> Result<(), Problem> {
    see(user)?;
    require_any(user, &[Role::Reviewer, Role::Marketer])
}

/// A recall must be quick: whoever works here may withdraw a release. It can only take away, never let out.
pub fn recall(user: &User) -> Result<(), Problem> {
    see(user)
}

/// People, jobs and the audit trail are administrators'.
pub fn administer(user: &User) -> Result<(), Problem> {
    see(user)?;
    require_any(user, &[Role::Admin])
}

/// An id in a path: what is no id does not exist.
pub fn id<T: std::str::FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}
