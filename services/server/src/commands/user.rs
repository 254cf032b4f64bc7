//! `user add`, `user enable` and `user password`: also the way back for an only administrator who is locked out.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use countersign_domain::people::User;
use countersign_session::{password, secret};
use countersign_store::{Actor, Store};
use countersign_studio::people::{NewPerson, NoPerson};

use super::open_store;
use crate::cli::Data;
use crate::data_folder::DataFolder;
use crate::say;

/// COUNTERSIGN_PASSWORD, or a new one, and whether it was made here.
fn chosen() -> (String, bool) {
    match std::env::var("COUNTERSIGN_PASSWORD").ok().filter(|given| !given.is_empty()) {
        Some(given) => (given, false),
        None => (secret::new("").as_str().to_owned(), true),
    }
}

pub async fn add(email: &str, name: Option<&str>, roles: &[String], data: &Data, json: bool) -> Result<ExitCode> {
    let (password, made) = chosen();
    let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or(email));
    let new =
        NewPerson { email: email.to_owned(), name: name.to_owned(), roles: roles.to_vec(), password: password.clone() };
    let new = new.check().await.map_err(|error| match error {
        NoPerson::Faults(faults) => anyhow::anyhow!("{email} cannot be added:\n{faults}"),
        NoPerson::Password(error) => anyhow::Error::new(error).context("COUNTERSIGN_PASSWORD"),
    })?;
    let folder = DataFolder::open(&data.data)?;
    let store = open_store(data, &folder).await?;
    let user = store.users_create(new, Actor::Cli).await?;
    told(&format!("added {} ({})", user.email, user.id), &user, made.then_some(password), json);
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

pub async fn enable(email: &str, data: &Data, json: bool) -> Result<ExitCode> {
    let (store, user) = found(email, data).await?;
    store.user_enable(user.id, Actor::Cli).await?;
    if json {
        say::line(&serde_json::json!({"id": user.id, "email": user.email}).to_string());
    } else {
        say::line(&match user.disabled_at {
            Some(_) => format!("enabled {}: they may sign in with the password they had", user.email),
            None => format!("{} was not disabled", user.email),
        });
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Sets a new password; sessions and tokens end.
pub async fn password(email: &str, data: &Data, json: bool) -> Result<ExitCode> {
    let (password, made) = chosen();
    let hash = password::hash(&password).await.context("COUNTERSIGN_PASSWORD")?;
    let (store, user) = found(email, data).await?;
    store.user_set_password(user.id, &hash, Actor::Cli).await?;
    told(&format!("{} has a new password", user.email), &user, made.then_some(password), json);
    if user.disabled_at.is_some() {
        say::note(&format!("{0} is disabled; `countersign user enable {0}` lets them in.", user.email));
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn found(email: &str, data: &Data) -> Result<(Store, User)> {
    let folder = DataFolder::look(&data.data)?;
    if data.database.is_none() && !folder.has_database() {
        bail!("the data folder {} holds no database; name another with --data", folder.path().display());
    }
    let store = open_store(data, &folder).await?;
    let Some((user, _)) = store.user_by_email(email).await? else {
        bail!("there is nobody with the email address `{email}`; `countersign user add` adds people");
    };
    Ok((store, user))
}

fn told(done: &str, user: &User, password: Option<String>, json: bool) {
    if json {
        say::line(&serde_json::json!({"id": user.id, "email": user.email, "password": password}).to_string());
        return;
    }
    say::line(done);
    if let Some(password) = password {
        say::line(&format!("password, shown this once: {password}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(folder: &std::path::Path) -> Data {
        Data { data: folder.to_owned(), database: None }
    }

    #[tokio::test]
    async fn an_only_administrator_who_is_locked_out_is_let_in_again() {
        let dir = tempfile::tempdir().unwrap();
        let data = data(dir.path());
        let email = "Ada@x.example";
        add(email, None, &["admin".to_owned()], &data, true).await.unwrap();
        let (store, ada) = found(email, &data).await.unwrap();
        let (_, before) = store.user_by_email(email).await.unwrap().unwrap();
        store.user_disable(ada.id, Actor::Cli).await.unwrap();
        store.close().await;
        password(email, &data, true).await.unwrap();
        enable(email, &data, true).await.unwrap();
        let (store, ada) = found(email, &data).await.unwrap();
        assert_eq!(ada.disabled_at, None);
        assert_ne!(store.user_by_email(email).await.unwrap().unwrap().1, before);
        store.close().await;
    }

    #[tokio::test]
    async fn every_fault_of_a_person_is_named_and_nothing_is_made_for_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("data");
        let long = "x".repeat(81);
        let said = add("x", Some(&long), &["robot".to_owned()], &data(&missing), false).await.unwrap_err().to_string();
        assert!(said.contains("/email") && said.contains("/name") && said.contains("/roles/0"), "{said}");
        let said = enable("ada@x.example", &data(&missing), false).await.unwrap_err().to_string();
        assert!(said.contains("holds no database"), "{said}");
        assert!(!missing.exists());
    }
}
