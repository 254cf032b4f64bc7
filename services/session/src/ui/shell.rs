//! The frame around every page: who is signed in, where they can go, and a sentence from the page before.

use std::collections::BTreeMap;

use countersign_domain::people::{Role, User};
use serde::Serialize;

use crate::OnPage;
use crate::cookies::Flash;

/// What `base.html` needs. Templates see it as `shell`.
#[derive(Debug, Clone, Serialize)]
pub struct Shell {
    pub title: String,
    pub user: Option<ShellUser>,
    /// The token for forms; empty when nobody is signed in.
    pub csrf: String,
    pub flash: Option<Flash>,
    pub nav: Vec<NavItem>,
    /// Addresses of statics by file name: `shell.static["style.css"]`.
    #[serde(rename = "static")]
    pub statics: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ShellUser {
    pub id: String,
    pub name: String,
    pub email: String,
    pub marketer: bool,
    pub reviewer: bool,
    pub admin: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct NavItem {
    pub href: &'static str,
    pub label: &'static str,
    pub current: bool,
}

/// Where one can go, and the roles that see it.
const NAV: &[(&str, &str, &[Role])] = &[
    ("/kits", "Kits", &[Role::Marketer, Role::Reviewer, Role::Admin]),
    ("/reviews", "Reviews", &[Role::Marketer, Role::Reviewer, Role::Admin]),
    ("/types", "Asset types", &[Role::Marketer, Role::Reviewer, Role::Admin]),
    ("/releases", "Releases", &[Role::Marketer, Role::Reviewer, Role::Admin]),
    ("/partners", "Partners", &[Role::Marketer, Role::Admin]),
    ("/library", "Library", &[Role::Marketer, Role::Reviewer, Role::Admin]),
    ("/admin/users", "Admin", &[Role::Admin]),
];

impl Shell {
    #[must_use]
    pub fn of(who: &OnPage, title: &str, statics: BTreeMap<String, String>) -> Self {
        Self {
            title: title.to_owned(),
            user: Some(ShellUser::of(&who.user)),
            csrf: who.csrf.clone(),
            flash: who.flash.clone(),
            nav: nav(&who.user, &who.path),
            statics,
        }
    }

    /// For pages that anyone may see.
    #[must_use]
    pub fn anonymous(title: &str, flash: Option<Flash>, statics: BTreeMap<String, String>) -> Self {
        Self { title: title.to_owned(), user: None, csrf: String::new(), flash, nav: Vec::new(), statics }
    }
}

impl ShellUser {
    fn of(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            name: user.name.clone(),
            email: user.email.clone(),
            marketer: user.has(Role::Marketer),
            reviewer: user.has(Role::Reviewer),
            admin: user.has(Role::Admin),
        }
    }
}

fn nav(user: &User, path: &str) -> Vec<NavItem> {
    let section = |text: &str| text.split(['/', '?']).nth(1).unwrap_or("").to_owned();
    NAV.iter()
        .filter(|(_, _, roles)| roles.iter().any(|role| user.has(*role)))
        .map(|(href, label, _)| NavItem { href, label, current: section(href) == section(path) })
        .collect()
}
