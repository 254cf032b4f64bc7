//! A person who is to sign in, as a request or a command writes it. There is no way to make a user that is not a person.

use countersign_domain::people::Role;
use countersign_domain::profile::plausible_email;
use countersign_session::password::{self, PasswordError};
use countersign_store::NewUser;
use countersign_web::problem::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::faults::Faults;

/// A person who may sign in.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewPerson {
    pub email: String,
    pub name: String,
    /// `marketer`, `reviewer`, `admin`; nobody decides on their own work, whatever their roles.
    pub roles: Vec<String>,
    /// At least ten characters.
    pub password: String,
}

impl std::fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPerson").field("roles", &self.roles).finish_non_exhaustive()
    }
}

/// Why a person cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum NoPerson {
    #[error("{0}")]
    Faults(Faults),
    #[error(transparent)]
    Password(#[from] PasswordError),
}

/// A password that could not be looked at: too many at once, or a fault of ours. What is wrong with the password itself is
/// said beside its field.
pub(crate) fn unchecked(error: PasswordError) -> Problem {
    if matches!(error, PasswordError::Busy) {
        tracing::warn!(error = %error, "password.busy");
        return Problem::unavailable("Too many passwords are being checked; try again in a moment.");
    }
    tracing::error!(error = %error, "password.hash.failed");
    Problem::internal()
}

impl NewPerson {
    /// A user that can be written, with the password hashed, or all that is wrong. One way for the API, the page and the
    /// command line.
    pub async fn check(&self) -> Result<NewUser, NoPerson> {
        let mut faults = Faults::default();
        let (email, name) = (self.email.trim(), self.name.trim());
        if !plausible_email(email) || email.len() > 254 {
            faults.say("/email", "is not an email address");
        }
        if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
            faults.say("/name", "needs 1 to 80 characters on one line");
        }
        let mut roles: Vec<Role> = Vec::new();
        for (i, role) in self.roles.iter().enumerate() {
            match role.parse() {
                Ok(role) if !roles.contains(&role) => roles.push(role),
                Ok(_) => {}
                Err(error) => faults.say(format!("/roles/{i}"), error),
            }
        }
        if self.roles.is_empty() {
            faults.say("/roles", "name at least one of marketer, reviewer, admin");
        }
        if let Err(error) = password::check(&self.password) {
            faults.say("/password", error);
        }
        if !faults.0.is_empty() {
            return Err(NoPerson::Faults(faults));
        }
        let password_hash = password::hash(&self.password).await?;
        Ok(NewUser { email: email.to_lowercase(), name: name.to_owned(), roles, password_hash })
    }
}
