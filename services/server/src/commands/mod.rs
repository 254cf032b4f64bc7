//! One file a command. A command prints its result and returns its exit code; errors are said once, by `main`.

pub mod bench;
mod brand;
pub mod eval;
mod kit;
pub mod library;
mod local;
mod models;
mod partner;
mod remote;
pub mod rules;
mod templates;
mod user;
mod verify;
mod xliff;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use countersign_domain::brand::Brand;
use countersign_domain::clock::SystemClock;
use countersign_domain::id::RandomIds;
use countersign_store::Store;

use crate::cli::{self, Cli, Command, Data};
use crate::data_folder::DataFolder;

pub use brand::{BrandFile, BrandImages, bring};
pub use partner::{LogoBytes, PartnerFile, add as add_partner, first_key};

pub async fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Up(up) => crate::up::run(up).await,
        Command::Kit(cli::Kit::Draft(draft)) => kit::draft(draft).await,
        Command::Kit(cli::Kit::ExportXliff { kit, target, source, url }) => {
            xliff::export(kit, source, target, url).await
        }
        Command::Kit(cli::Kit::ImportXliff { file, url, json }) => xliff::import(file, url, json).await,
        Command::Rules(command) => rules::run(command).await,
        Command::Templates(cli::Templates::Check { dir, json }) => templates::check(dir.as_deref(), json),
        Command::Templates(cli::Templates::Preview { dir, out, asset_type, locale }) => {
            templates::preview(dir.as_deref(), &out, asset_type.as_deref(), locale.as_deref())
        }
        Command::Library(cli::Library::Import { files, data, brand, json }) => {
            library::import(&files, &data, brand.as_deref(), json).await
        }
        Command::Models(cli::Models::List { data, json }) => models::list(&data, json),
        Command::Models(cli::Models::Pull { name, update, data, json }) => {
            models::pull(name, update, &data, json).await
        }
        Command::Models(cli::Models::Plans { count, seed }) => models::plans(count, seed),
        Command::Models(cli::Models::Verify { names, data, json }) => models::verify(&names, &data, json),
        Command::User(cli::User::Add { email, name, role, data, json }) => {
            user::add(&email, name.as_deref(), &role, &data, json).await
        }
        Command::User(cli::User::Enable { email, data, json }) => user::enable(&email, &data, json).await,
        Command::User(cli::User::Password { email, data, json }) => user::password(&email, &data, json).await,
        Command::Brand(cli::Brand::Add { file, logo, data, json }) => {
            brand::add(&file, logo.as_deref(), &data, json).await
        }
        Command::Partner(cli::Partner::Add { file, brand, data, json }) => {
            partner::run(&file, brand.as_deref(), &data, json).await
        }
        Command::Verify(verify) => verify::run(&verify),
        Command::Eval(eval) => eval::run(*eval).await,
        Command::Bench(bench) => bench::run(bench).await,
        Command::Openapi => {
            crate::say::line(&crate::docs::openapi_json()?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The store that `data` names: PostgreSQL where a URL is given, else the data folder's SQLite.
pub async fn open_store(data: &Data, folder: &DataFolder) -> Result<Store> {
    let url = data.database.clone().unwrap_or_else(|| folder.sqlite_url());
    Store::open(&url, Arc::new(SystemClock), Arc::new(RandomIds)).await.with_context(|| match &data.database {
        Some(_) => "the database that --database or COUNTERSIGN_DATABASE_URL names cannot be used".to_owned(),
        None => format!("the database in the data folder {} cannot be used", folder.path().display()),
    })
}

/// As [`open_store`], for what only reads: nothing is made and no schema is changed. On PostgreSQL the schema is brought
/// up to date as ever: whoever names that database runs a service on it.
pub async fn open_store_to_read(data: &Data, folder: &DataFolder) -> Result<Store> {
    if data.database.is_some() {
        return open_store(data, folder).await;
    }
    let url = folder.sqlite_url_to_read();
    Store::open(&url, Arc::new(SystemClock), Arc::new(RandomIds)).await.with_context(|| {
        format!(
            "the database in the data folder {} cannot be read; if an older countersign wrote it, `countersign up` brings it up to date",
            folder.path().display()
        )
    })
}

/// The brand that `slug` names, or the only one there is.
pub async fn the_brand(store: &Store, slug: Option<&str>) -> Result<Brand> {
    let mut brands = store.brands().await?;
    if let Some(slug) = slug {
        let known = brands.iter().map(|brand| brand.slug.clone()).collect::<Vec<_>>().join(", ");
        return brands.into_iter().find(|brand| brand.slug == slug).with_context(|| match known.as_str() {
            "" => format!("there is no brand `{slug}`, nor any other; `countersign brand add FILE` makes one"),
            known => format!("there is no brand `{slug}`; there are: {known}"),
        });
    }
    match brands.len() {
        0 => bail!(
            "there is no brand yet; start with `countersign up --sample`, or make yours with `countersign brand add FILE`"
        ),
        1 => Ok(brands.remove(0)),
        _ => bail!(
            "there are several brands; name one of {}",
            brands.iter().map(|brand| brand.slug.as_str()).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// A JSON or YAML file (or standard input, `-`) of at most a mebibyte, with the place of the first mistake.
pub fn read_document<T: serde::de::DeserializeOwned>(path: &std::path::Path) -> Result<T> {
    const MAX: u64 = 1 << 20;
    use std::io::Read as _;
    let name = path.display();
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX + 1).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("{name} cannot be read"))?;
    if bytes.len() as u64 > MAX {
        bail!("{name} is larger than {MAX} bytes");
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| anyhow::anyhow!("{name} is not UTF-8: byte {}", error.utf8_error().valid_up_to()))?;
    parse_document(&text).map_err(|reason| anyhow::anyhow!("{name}: {reason}"))
}

/// JSON when it starts like an object, else YAML.
pub fn parse_document<T: serde::de::DeserializeOwned>(text: &str) -> std::result::Result<T, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| countersign_web::json::placed(&error));
    }
    serde_saphyr::from_str(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::brief::BriefForm;

    #[test]
    fn a_brief_is_json_or_yaml_and_a_mistake_has_its_line() {
        let yaml = "product: Fjord\nlocales: [en-US]\nasset_types: [email]\nmessages:\n  - {en: Hi there., de: Guten Tag.}\nclaims:\n  - uptime\n  - {text: Fast., source: lab}\n";
        let form: BriefForm = parse_document(yaml).unwrap();
        assert_eq!((form.messages.len(), form.claims.len()), (1, 2));
        let error = parse_document::<BriefForm>("product: x\nsneaky: 1\n").unwrap_err();
        assert!(error.contains("sneaky") && error.contains('2'), "{error}");
        let error = parse_document::<BriefForm>("{\n\"product\": 1}").unwrap_err();
        assert!(error.contains("line 2"), "{error}");
    }
}
