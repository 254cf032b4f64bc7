//! `up`: puts the house together, serves it, and takes it down in order.

mod health;
mod housekeeping;
mod routes;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use countersign_domain::clock::SystemClock;
use countersign_domain::id::RandomIds;
use countersign_drafting::drafter::Drafter;
use countersign_drafting::events::Hub;
use countersign_drafting::runner::Runner;
use countersign_library::index::Index;
use countersign_render::Templates;
use countersign_rules::Packs;
use countersign_store::Store;
use countersign_store_released::ReleasedStore;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::cli::{Part, Up};
use crate::commands::open_store;
use crate::data_folder::DataFolder;
use crate::{logging, models, sample, say};

/// How long answers in flight and work in hand may take once a stop was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// Everything that is shared, opened once.
#[derive(Debug)]
pub struct House {
    pub store: Store,
    pub released: ReleasedStore,
    pub templates: Templates,
    pub packs: Packs,
    pub hub: Hub,
    pub drafter: Option<Drafter>,
    pub folder: DataFolder,
    pub public_url: String,
}

pub async fn run(ask: Up) -> Result<ExitCode> {
    let begin = Instant::now();
    logging::start(ask.log_json)?;
    let folder = DataFolder::open(&ask.data.data)?;
    let _lock = folder.lock()?;
    // The port is taken first: a second service is told so before it has loaded anything.
    let listener = bind(ask.listen).await?;
    let address = listener.local_addr().context("the listening address cannot be read")?;
    let public_url = ask.public_url.as_ref().map_or_else(|| format!("http://{address}"), ToString::to_string);
    let house = open(&ask, folder, public_url.trim_end_matches('/').to_owned()).await?;
    let loaded = if ask.sample {
        Some(sample::load(&house.store, &house.templates, sample::Given::from_environment()).await?)
    } else {
        None
    };
    let (stop, stopped) = watch::channel(false);
    let worker = match &ask.worker {
        Some(name) => name.clone(),
        None => house.folder.worker()?,
    };
    let runner = ask.roles.contains(&Part::Worker).then(|| {
        let runner = Runner::new(house.store.clone(), house.drafter.clone(), house.hub.clone(), worker);
        tokio::spawn(runner.run(stopped.clone()))
    });
    let keeping = tokio::spawn(housekeeping::keep(house.store.clone(), house.released.clone(), stopped.clone()));
    let app = routes::app(&house, &ask)?;
    let server = axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(until_stop(stopped.clone()));
    let serving = tokio::spawn(async move { server.await });
    say::announce(&format!("Countersign is ready at http://{address} after {:.1} s", begin.elapsed().as_secs_f32()));
    if let Some(loaded) = &loaded {
        loaded.tell(address);
    } else if house.store.users().await?.is_empty() {
        say::note("There is nobody to sign in yet: `countersign user add EMAIL --role admin` adds the first person.");
    }
    asked_to_stop().await?;
    say::note("Stopping: answers in flight and decisions are finished first.");
    // Whoever waits for this is told; nobody waiting is fine.
    let _ = stop.send(true);
    house.hub.close();
    let until = tokio::time::Instant::now() + GRACE;
    if let Some(runner) = runner
        && tokio::time::timeout_at(until, runner).await.is_err()
    {
        tracing::warn!("worker.stop.late");
    }
    keeping.abort();
    if tokio::time::timeout_at(until, serving).await.is_err() {
        tracing::debug!("connections.closed");
    }
    house.released.close().await;
    house.store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow::anyhow!(
            "{address} is in use by another program; name another with --listen, such as --listen 127.0.0.1:8090"
        ),
        _ => anyhow::anyhow!("{address} cannot be listened on: {error}"),
    })
}

async fn open(ask: &Up, folder: DataFolder, public_url: String) -> Result<House> {
    let templates = match &ask.templates {
        Some(dir) => Templates::load(dir)?,
        None => Templates::embedded()?,
    };
    let dirs: Vec<&std::path::Path> = ask.packs.iter().map(std::path::PathBuf::as_path).collect();
    let packs = Packs::load(&dirs, true)?;
    let store = open_store(&ask.data, &folder).await?;
    keep_editions(&store, &templates).await?;
    let url = ask.data.database.clone().unwrap_or_else(|| folder.sqlite_url());
    let released = ReleasedStore::open(&url, Arc::new(SystemClock), Arc::new(RandomIds))
        .await
        .context("the partners' view of the database cannot be opened")?;
    let drafter = if ask.roles.contains(&Part::Worker) {
        let engine = models::start(&ask.model, folder.path()).await?;
        let index = Arc::new(Index::open(&folder.library()).context("the library's index cannot be opened")?);
        let drafter = Drafter::new(engine, templates.clone(), packs.clone(), index)?;
        Some(drafter.with_figures(ask.model.figures.into()))
    } else {
        None
    };
    Ok(House { store, released, templates, packs, hub: Hub::default(), drafter, folder, public_url })
}

/// Keeps the files of the current editions with what will be made in them, and learns the former ones.
async fn keep_editions(store: &Store, templates: &Templates) -> Result<()> {
    for template in templates.iter() {
        store.edition_keep(&template.name, &template.tag(), template.files()).await?;
    }
    for kept in store.editions().await? {
        // What was released in it cannot be rendered then, and says so; all else can.
        if let Err(error) = templates.learn(&kept.asset_type, &kept.tag, kept.files) {
            tracing::warn!(template = kept.tag, error = %error, "edition.broken");
        }
    }
    Ok(())
}

async fn until_stop(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone means the same as a stop.
    let _ = stopped.wait_for(|stop| *stop).await;
}

#[cfg(unix)]
async fn asked_to_stop() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be heard")?;
    tokio::select! {
        heard = tokio::signal::ctrl_c() => heard.context("SIGINT cannot be heard"),
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() -> Result<()> {
    tokio::signal::ctrl_c().await.context("Ctrl-C cannot be heard")
}
