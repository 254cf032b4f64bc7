//! A hub of models as far as a pull asks one, in this process: repositories with files, answers with `Range`, and every
//! way to go wrong that a test wants. Written on bare sockets, since a good server library would not send a bad answer.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::json;
use sha2::{Digest as _, Sha256};

/// The commit of everything that this hub holds.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// How the hub behaves.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    /// Bytes of a file after which each answer breaks off.
    pub cut_after: Option<usize>,
    /// Bytes of a file after which an answer says nothing more, and keeps the line.
    pub stall_after: Option<usize>,
    /// Answers `Range` with the whole file, as a simple server does.
    pub knows_no_range: bool,
    /// Answers everything with this status.
    pub status: Option<u16>,
    /// Wants this token.
    pub token: Option<String>,
    /// Sends files from another address.
    pub elsewhere: Option<String>,
    /// Says of every large file that its digest is this one's.
    pub digest_of: Option<Vec<u8>>,
    /// Lists these names too.
    pub lists_too: Vec<String>,
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub path: String,
    pub range: Option<String>,
    pub token: Option<String>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    manner: Manner,
    asked: Vec<Asked>,
}

#[derive(Debug)]
pub struct Hub {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Hub {
    /// A hub whose one repository, `test/tiny`, holds these files; those that end in `.gguf` are large ones, whose digest
    /// the listing tells.
    #[must_use]
    pub fn with(files: &[(&str, &[u8])]) -> Self {
        let files = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
        let state = Arc::new(Mutex::new(State { files, ..State::default() }));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                // A client that goes away in the middle is what some tests are about.
                thread::spawn(move || drop(answer(stream, &state)));
            }
        });
        Self { url, state }
    }

    pub fn behave(&self, manner: Manner) {
        self.state.lock().unwrap().manner = manner;
    }

    /// What was asked since the last look.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }
}

#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn answer(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let mut asked = Asked { path: first.split(' ').nth(1).unwrap_or_default().to_owned(), range: None, token: None };
    for line in lines {
        let line = line?;
        match line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())) {
            Some((name, value)) if name == "range" => asked.range = Some(value),
            Some((name, value)) if name == "authorization" => asked.token = Some(value),
            None if line.is_empty() => break,
            _ => {}
        }
    }
    let (files, manner) = {
        let mut state = state.lock().unwrap();
        state.asked.push(asked.clone());
        (state.files.clone(), state.manner.clone())
    };
    let wanted = manner.token.as_ref().map(|token| format!("Bearer {token}"));
    if let Some(status) = manner.status.or((wanted.is_some() && wanted != asked.token).then_some(401)) {
        return send(stream, &format!("{status} No"), "", b"");
    }
    if asked.path.starts_with("/api/models/test/tiny/revision/main?") {
        return send(stream, "200 OK", "content-type: application/json\r\n", listing(&files, &manner).as_bytes());
    }
    let name = asked.path.strip_prefix(&format!("/test/tiny/resolve/{COMMIT}/"));
    match name.and_then(|name| files.get(name)) {
        Some(_) if manner.elsewhere.is_some() => {
            let location = format!("location: {}{}\r\n", manner.elsewhere.unwrap_or_default(), asked.path);
            send(stream, "302 Found", &location, b"")
        }
        Some(bytes) => send_file(stream, bytes, asked.range.as_deref(), &manner),
        None => send(stream, "404 Not Found", "", b""),
    }
}

fn listing(files: &BTreeMap<String, Vec<u8>>, manner: &Manner) -> String {
    let mut siblings: Vec<_> = files
        .iter()
        .map(|(name, bytes)| {
            let digest = sha256(manner.digest_of.as_ref().unwrap_or(bytes));
            let lfs = name.ends_with(".gguf").then(|| json!({"sha256": digest, "size": bytes.len()}));
            json!({"rfilename": name, "size": bytes.len(), "lfs": lfs})
        })
        .collect();
    siblings.extend(manner.lists_too.iter().map(|name| json!({"rfilename": name, "size": 1})));
    json!({"sha": COMMIT, "siblings": siblings}).to_string()
}

fn send_file(mut stream: TcpStream, bytes: &[u8], range: Option<&str>, manner: &Manner) -> std::io::Result<()> {
    let from = range.filter(|_| !manner.knows_no_range).map(|range| {
        range
            .strip_prefix("bytes=")
            .and_then(|range| range.strip_suffix('-'))
            .and_then(|from| from.parse().ok())
            .unwrap()
    });
    let (status, range) = match from {
        Some(from) if from >= bytes.len() => return send(stream, "416 Range Not Satisfiable", "", b""),
        Some(from) => {
            let last = bytes.len() - 1;
            ("206 Partial Content", format!("content-range: bytes {from}-{last}/{}\r\n", bytes.len()))
        }
        None => ("200 OK", String::new()),
    };
    let body = &bytes[from.unwrap_or(0)..];
    let some = manner.cut_after.or(manner.stall_after).map_or(body.len(), |after| after.min(body.len()));
    write!(stream, "HTTP/1.1 {status}\r\n{range}content-length: {}\r\nconnection: close\r\n\r\n", body.len())?;
    stream.write_all(&body[..some])?;
    stream.flush()?;
    if manner.stall_after.is_some() && some < body.len() {
        // Until the client is gone, or the test.
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        std::io::Read::read(&mut stream, &mut [0])?;
    }
    Ok(())
}

fn send(mut stream: TcpStream, status: &str, headers: &str, body: &[u8]) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len())?;
    stream.write_all(body)
}
