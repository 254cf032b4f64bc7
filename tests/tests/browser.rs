//! In a real browser, with the pages' scripts and without: a marketer asks for a kit, a reviewer signs, and the
//! partner's copy is there.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use countersign_tests::{PASSWORD, Service};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use ureq::http::Method;
use url::{ParseError, Url};

const MESSAGE: &str = "Jede Sicherung wird geprüft, bevor Sie sie brauchen.";

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
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--window-size=1280,1000",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        let options = json!({"goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"}});
        let capabilities: serde_json::Map<String, Value> = options.as_object().unwrap().clone();
        let address = format!("http://127.0.0.1:{}", self.port);
        let begin = Instant::now();
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect(&address).await {
                Ok(client) => return client,
                Err(error) => assert!(begin.elapsed() < Duration::from_secs(60), "the browser does not start: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The browser goes with its driver.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The browser's own way to switch the pages' scripts off. Its setting for sites would also stop chromedriver's search
/// for elements, which runs as a script in the page.
#[derive(Debug)]
struct WithoutScripts;

impl WebDriverCompatibleCommand for WithoutScripts {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = json!({"cmd": "Emulation.setScriptExecutionDisabled", "params": {"value": true}});
        (Method::POST, Some(body.to_string()))
    }
}

async fn sign_in(browser: &Client, base: &str, who: &str) {
    browser.goto(&format!("{base}/sign-in")).await.unwrap();
    let form = browser.form(Locator::Css("main form")).await.unwrap();
    form.set_by_name("email", &format!("{who}@sample.example")).await.unwrap();
    form.set_by_name("password", PASSWORD).await.unwrap();
    browser.find(Locator::Css("main form button")).await.unwrap().click().await.unwrap();
    wait(browser, Locator::Css("form[action='/sign-out']")).await;
}

async fn sign_out(browser: &Client) {
    browser.find(Locator::Css("form[action='/sign-out'] button")).await.unwrap().click().await.unwrap();
    wait(browser, Locator::Css("input[name='password']")).await;
}

async fn wait(browser: &Client, what: Locator<'_>) {
    if let Err(error) = browser.wait().at_most(Duration::from_secs(180)).for_element(what).await {
        panic!("{what:?} does not appear on {}: {error}", browser.current_url().await.unwrap());
    }
}

async fn click(browser: &Client, what: &str) {
    wait(browser, Locator::Css(what)).await;
    browser.find(Locator::Css(what)).await.unwrap_or_else(|error| panic!("{what}: {error}")).click().await.unwrap();
}

/// Lets every error of the review that is shown stand, with a reason, as whoever approves has to.
async fn let_errors_stand(browser: &Client) {
    for answer in browser.find_all(Locator::Css(".rv-answer")).await.unwrap() {
        answer.find(Locator::Css("[data-let]")).await.unwrap().click().await.unwrap();
        answer.find(Locator::Css("textarea")).await.unwrap().send_keys("Read, and it stands.").await.unwrap();
    }
}

async fn id_of_page(browser: &Client) -> String {
    browser.current_url().await.unwrap().path_segments().unwrap().next_back().unwrap().to_owned()
}

/// Fills the form for an email in German and sends it; gives the kit's id.
async fn ask_for_an_email(service: &Service, browser: &Client) -> String {
    browser.goto(&format!("{}/kits/new", service.url)).await.unwrap();
    // Everything is chosen already; one asset type is enough here.
    let others = "input[name='asset_type']:checked:not([value='email'])";
    for other in browser.find_all(Locator::Css(others)).await.unwrap() {
        other.click().await.unwrap();
    }
    for locale in browser.find_all(Locator::Css("input[name='locale']:checked")).await.unwrap() {
        locale.click().await.unwrap();
    }
    click(browser, "input[name='locale'][value='de-DE']").await;
    fill(browser, "[name='product']", "Halvard Vault").await;
    fill(browser, "[name='language']", "de").await;
    fill(browser, "textarea[name='messages']", MESSAGE).await;
    click(browser, "main form .actions button").await;
    wait(browser, Locator::Css(".asset")).await;
    id_of_page(browser).await
}

async fn fill(browser: &Client, field: &str, text: &str) {
    let field = browser.find(Locator::Css(field)).await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

/// Opens the kit's review as the reviewer and sees the message in its text.
async fn open_the_review(service: &Service, browser: &Client, kit: &str) {
    sign_in(browser, &service.url, "reviewer").await;
    let review = service.api().sign_in("reviewer").reviews(kit)[0]["id"].as_str().unwrap().to_owned();
    browser.goto(&format!("{}/reviews/{review}", service.url)).await.unwrap();
    wait(browser, Locator::Css(".rv-text")).await;
    let text = browser.find(Locator::Css(".rv-text")).await.unwrap().text().await.unwrap();
    assert!(text.contains(MESSAGE), "{text}");
}

/// What was signed in the browser is what a partner gets.
fn the_partner_has_it(service: &Service, kit: &str) {
    let api = service.api();
    api.sign_in("marketer").until(&format!("/api/v1/kits/{kit}"), |kit| kit["assets"][0]["state"] == "released");
    let assets = api.partner().get("/partner/v1/assets").expect(200).json();
    let asset = assets["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{assets:#}"));
    let html = api.partner().get(&format!("/partner/v1/assets/{asset}/renditions/html")).expect(200).text();
    assert!(html.contains(MESSAGE));
}

async fn the_release_is_listed(service: &Service, browser: &Client) {
    sign_out(browser).await;
    sign_in(browser, &service.url, "marketer").await;
    browser.goto(&format!("{}/releases", service.url)).await.unwrap();
    wait(browser, Locator::Css("main a[href^='/releases/']")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kit_is_drafted_reviewed_and_released_in_the_browser() {
    let data = tempfile::tempdir().unwrap();
    let profile = tempfile::tempdir().unwrap();
    let service = Service::sample(data.path());
    let driver = Driver::start();
    let browser = driver.browser(profile.path()).await;
    sign_in(&browser, &service.url, "marketer").await;
    let kit = ask_for_an_email(&service, &browser).await;
    // The card appears by itself when the draft is there.
    wait(&browser, Locator::Css(".asset a[href^='/reviews/']")).await;
    sign_out(&browser).await;
    open_the_review(&service, &browser, &kit).await;
    let_errors_stand(&browser).await;
    // The page claims its review by itself.
    click(&browser, "button[value='approve']:not([disabled])").await;
    the_partner_has_it(&service, &kit);
    the_release_is_listed(&service, &browser).await;
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_can_be_done_with_scripts_switched_off() {
    let data = tempfile::tempdir().unwrap();
    let profile = tempfile::tempdir().unwrap();
    let service = Service::sample(data.path());
    let driver = Driver::start();
    let browser = driver.browser(profile.path()).await;
    browser.issue_cmd(WithoutScripts).await.unwrap();
    sign_in(&browser, &service.url, "marketer").await;
    let kit = ask_for_an_email(&service, &browser).await;
    service.api().sign_in("marketer").drafted(&kit);
    browser.refresh().await.unwrap();
    wait(&browser, Locator::Css(".asset a[href^='/reviews/']")).await;
    sign_out(&browser).await;
    open_the_review(&service, &browser, &kit).await;
    let approve = "button[value='approve']:not([disabled])";
    assert!(browser.find(Locator::Css(approve)).await.is_err(), "no script has claimed it");
    // What was answered before the claim is kept by it.
    let_errors_stand(&browser).await;
    click(&browser, "#claim-form button").await;
    click(&browser, approve).await;
    the_partner_has_it(&service, &kit);
    the_release_is_listed(&service, &browser).await;
    browser.close().await.unwrap();
}
