//! `user add`.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use countersign_domain::people::Role;
use countersign_domain::profile::plausible_email;
use countersign_session::{password, secret};
use countersign_store::{Actor, NewUser};

use super::open_store;
use crate::cli::Data;
use crate::data_folder::DataFolder;
use crate::say;

pub async fn add(email: &str, name: Option<&str>, roles: &[String], data: &Data, json: bool) -> Result<ExitCode> {
    let email = email.trim().to_lowercase();
    if !plausible_email(&email) || email.len() > 254 {
        bail!("`{email}` is not an email address");
    }
    let roles: Vec<Role> = roles.iter().map(|role| role.parse()).collect::<Result<_, _>>()?;
    let given = std::env::var("COUNTERSIGN_PASSWORD").ok().filter(|given| !given.is_empty());
    let made = given.is_none();
    let password = given.unwrap_or_else(|| secret::new("").as_str().to_owned());
    let password_hash = password::hash(&password).await.context("COUNTERSIGN_PASSWORD")?;
    let folder = DataFolder::open(&data.data)?;
    let store = open_store(data, &folder).await?;
    let name = name.map_or_else(|| email.split('@').next().unwrap_or(&email).to_owned(), str::to_owned);
    let user = store.users_create(NewUser { email, name, roles, password_hash }, Actor::Cli).await?;
    if json {
        let password = made.then_some(password);
        say::line(&serde_json::json!({"id": user.id, "email": user.email, "password": password}).to_string());
    } else {
        say::line(&format!("added {} ({})", user.email, user.id));
        if made {
            say::line(&format!("password, shown this once: {password}"));
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}
