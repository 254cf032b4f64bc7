//! People and what they may do. Only people are users: there is no account for a model or an automation.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::UserId;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Marketer,
    Reviewer,
    Admin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Marketer, Self::Reviewer, Self::Admin];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Marketer => "marketer",
            Self::Reviewer => "reviewer",
            Self::Admin => "admin",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = RoleError;
    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| RoleError(text.chars().take(40).collect()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role; there are marketer, reviewer and admin")]
pub struct RoleError(String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub roles: Vec<Role>,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
}

impl User {
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
