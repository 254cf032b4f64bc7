//! A database that is newer, broken, gone, or comes back.

use std::time::{Duration, Instant};

use countersign_store::{Store, StoreError};
use countersign_store_released::db::ACQUIRE_TIMEOUT;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::world::{World, on_postgres};

crate::conformance!(opening_again_changes_nothing, data_of_a_newer_program_is_left_alone);

async fn open(world: &World, url: &str) -> Result<Store, StoreError> {
    Store::open(url, world.clock.clone(), world.ids.clone()).await
}

async fn opening_again_changes_nothing(world: World) {
    let (asset, _) = world.released_asset().await;
    let again = open(&world, &world.url).await.unwrap();
    assert!(again.asset(asset).await.unwrap().unwrap().release.is_some());
    again.ping().await.unwrap();
    again.close().await;
}

async fn data_of_a_newer_program_is_left_alone(world: World) {
    world
        .sql(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             SELECT 9000, 'future', success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1",
        )
        .await;
    let error = open(&world, &world.url).await.unwrap_err();
    assert!(matches!(error, StoreError::NewerSchema { have: 9000, known: 4.. }), "{error}");
}

#[test]
fn an_address_of_no_known_database_is_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let clock = std::sync::Arc::new(countersign_domain::clock::SystemClock);
    let ids = std::sync::Arc::new(countersign_domain::id::RandomIds);
    let open = |url: &'static str| runtime.block_on(Store::open(url, clock.clone(), ids.clone()));
    assert!(matches!(open("mysql://x/y"), Err(StoreError::Conflict(_))));
    assert!(matches!(open("sqlite:/nowhere/at/all.db?mode=rwc"), Err(StoreError::Unavailable(_))));
}

#[test]
fn a_file_that_is_no_database_is_called_broken() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    std::fs::write(&path, "this is a letter, not a database; ".repeat(200)).unwrap();
    let clock = std::sync::Arc::new(countersign_domain::clock::SystemClock);
    let ids = std::sync::Arc::new(countersign_domain::id::RandomIds);
    let error = runtime.block_on(Store::open(&format!("sqlite:{}", path.display()), clock, ids)).unwrap_err();
    assert!(matches!(error, StoreError::Broken { .. }), "{error:?}");
}

#[test]
fn a_server_that_goes_away_is_unavailable_for_a_bounded_time_and_comes_back() {
    on_postgres(async |world: World| {
        let url = url_parts(&world.url);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let line = tokio::spawn(carry(listener, url.host_port.clone()));
        let through = format!("{}127.0.0.1:{port}{}", url.before, url.after);
        let store = open(&world, &through).await.unwrap();
        store.ping().await.unwrap();
        line.abort();
        let _ = line.await;
        let start = Instant::now();
        let error = store.users().await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        let error = store.kit_create(world.new_kit(&["de-DE"]), None).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(start.elapsed() < ACQUIRE_TIMEOUT * 2 + Duration::from_secs(2), "{:?}", start.elapsed());
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let line = tokio::spawn(carry(listener, url.host_port));
        assert_eq!(store.users().await.unwrap().len(), 3);
        store.close().await;
        line.abort();
    });
}

struct UrlParts {
    before: String,
    host_port: String,
    after: String,
}

fn url_parts(url: &str) -> UrlParts {
    let start = url.find("://").unwrap() + 3;
    let end = start + url[start..].find('/').unwrap();
    let host = start + url[start..end].find('@').map_or(0, |at| at + 1);
    let host_port = &url[host..end];
    let host_port = if host_port.contains(':') { host_port.to_owned() } else { format!("{host_port}:5432") };
    UrlParts { before: url[..host].to_owned(), host_port, after: url[end..].to_owned() }
}

/// A line to the server that can be cut: all connections die with the task.
async fn carry(listener: TcpListener, to: String) {
    let mut lines = tokio::task::JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        let to = to.clone();
        lines.spawn(async move {
            if let Ok(mut far) = TcpStream::connect(to).await {
                let _ = copy_bidirectional(&mut near, &mut far).await;
            }
        });
    }
}
