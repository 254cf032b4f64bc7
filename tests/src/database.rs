//! A PostgreSQL database for one test, gone when the test ends.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

static COUNT: AtomicU32 = AtomicU32::new(0);

#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
    pub url: String,
}

/// Makes a database on `server`, whose URL ends in the name of a database that exists.
#[must_use]
pub fn fresh_database(server: &str) -> Database {
    let name = format!("countersign_whole_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
    psql(server, &format!("CREATE DATABASE {name}"));
    let (base, _) = server.rsplit_once('/').unwrap();
    Database { server: server.to_owned(), url: format!("{base}/{name}"), name }
}

fn psql(server: &str, statement: &str) {
    let output = Command::new("psql").args([server, "-q", "-v", "ON_ERROR_STOP=1", "-c", statement]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

impl Drop for Database {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            psql(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}
