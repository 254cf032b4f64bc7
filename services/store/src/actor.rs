//! Who did something, for the audit trail.

use std::fmt;

use countersign_domain::id::{PartnerId, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    User(UserId),
    Partner(PartnerId),
    /// Whoever runs the program on the machine itself.
    Cli,
    /// The program by itself, such as a worker. It can never decide.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Partner(id) => write!(f, "partner:{id}"),
            Self::Cli => f.write_str("cli"),
            Self::System => f.write_str("system"),
        }
    }
}
