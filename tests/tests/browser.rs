//! A marketer asks for a kit, a reviewer signs it, in a real browser.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use countersign_tests::{PASSWORD, Service};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::json;

/// chromedriver, ended with the test.
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("tests/run.sh installs chromium and chromium-driver");
        Self { child, port }
    }

    async fn browser(&self, profile: &std::path::Path) -> Client {
        let options = json!({
            "goog:chromeOptions": {"args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                "--disable-component-update", "--no-first-run", "--window-size=1280,1000",
                format!("--user-data-dir={}", profile.display()),
            ]}
        });
        let capabilities = options.as_object().unwrap().clone();
        for _ in 0..100 {
            let mut builder = ClientBuilder::new(hyper_util_connector());
            if let Ok(client) =
                builder.capabilities(capabilities.clone()).connect(&format!("http://127.0.0.1:{}", self.port)).await
            {
                return client;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the browser does not start");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
