//! One running `countersign up`, on a data folder of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::Api;

/// The sample people's password in every test.
pub const PASSWORD: &str = "correct horse battery staple";
/// The first sample partner's key in every test.
pub const PARTNER_KEY: &str = "cs_partner_test_0123456789abcdefghij";

/// How long a start may take before the test gives up; far above what it takes.
const START: Duration = Duration::from_secs(90);

/// The binary under test: built by `tests/run.sh` beside this test's own executable.
#[must_use]
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("COUNTERSIGN_BIN") {
        return path.into();
    }
    let own = std::env::current_exe().unwrap();
    let path = own.parent().and_then(Path::parent).unwrap().join("countersign");
    assert!(path.exists(), "{} is not built; run tests/run.sh", path.display());
    path
}

/// A PostgreSQL server for tests, as `tests/run.sh` names it.
#[must_use]
pub fn postgres() -> Option<String> {
    std::env::var("COUNTERSIGN_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// Runs a command of the binary to its end.
#[must_use]
pub fn run(arguments: &[&str]) -> Output {
    Command::new(binary()).args(arguments).stdin(Stdio::null()).output().unwrap()
}

#[derive(Debug)]
pub struct Service {
    child: Child,
    log: Option<JoinHandle<String>>,
    pub url: String,
    /// What it printed up to and with the line that says it is ready.
    pub banner: String,
}

impl Service {
    /// Starts it with the sample on `data`; waits until it is ready.
    #[must_use]
    pub fn sample(data: &Path) -> Self {
        Self::start(data, &["--sample"])
    }

    #[must_use]
    pub fn start(data: &Path, more: &[&str]) -> Self {
        let mut child = Self::command(data, more).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        // Read to its end, also when nobody waits for a line any more: a pipe that is full holds up whoever writes to it.
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut log = child.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut said = String::new();
            log.read_to_string(&mut said).map(|_| said).unwrap_or_default()
        });
        let begin = Instant::now();
        let mut banner = String::new();
        loop {
            let left = START.saturating_sub(begin.elapsed());
            let Ok(line) = lines.recv_timeout(left) else {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("it did not become ready:\n{banner}{}", log.join().unwrap());
            };
            banner.push_str(&line);
            banner.push('\n');
            if let Some(rest) = line.strip_prefix("Countersign is ready at ") {
                let url = rest.split(' ').next().unwrap().to_owned();
                return Self { child, log: Some(log), url, banner };
            }
        }
    }

    /// The command, for tests that expect it to fail.
    #[must_use]
    pub fn command(data: &Path, more: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(["up", "--undo-seconds", "0", "--data"])
            .arg(data)
            .args(more)
            // Any free port, unless `more` names one.
            .env("COUNTERSIGN_LISTEN", "127.0.0.1:0")
            .env("COUNTERSIGN_SAMPLE_PASSWORD", PASSWORD)
            .env("COUNTERSIGN_SAMPLE_PARTNER_KEY", PARTNER_KEY)
            .env_remove("COUNTERSIGN_DATABASE_URL")
            // Several services share the machine in a test run; one thread each is steadier than two that wait.
            .env("CANDLE_NUM_THREADS", "1")
            .env("RAYON_NUM_THREADS", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    #[must_use]
    pub fn api(&self) -> Api {
        Api::new(&self.url)
    }

    /// `kill -9`: nothing is told, nothing is finished.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and how it ended.
    #[must_use]
    pub fn stop(mut self) -> bool {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().success()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // A test that failed must not leave its service behind; one that ended it is not asked again.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking()
            && let Some(Ok(said)) = self.log.take().map(JoinHandle::join)
        {
            eprintln!("the service's log:\n{said}");
        }
    }
}
