//! The look of every page: templates and statics of review-ui/, embedded, and what renders them.

mod again;
mod errors;
mod shell;
mod statics;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::Response;
use countersign_web::pages::{PageError, Pages};
use include_dir::{Dir, include_dir};
use serde::Serialize;

pub use again::KeptForm;
pub use errors::html_errors;
pub use shell::{NavItem, Shell, ShellUser};
pub use statics::{Statics, statics};

use crate::OnPage;
use crate::cookies;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../review-ui/templates");

/// Every page template by its file name.
pub fn templates() -> impl Iterator<Item = (&'static str, &'static str)> {
    TEMPLATES.files().filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)))
}

/// All pages and the addresses of their statics. Clone is cheap.
#[derive(Debug, Clone)]
pub struct Ui {
    pages: Pages,
    statics: Arc<Statics>,
}

/// What a template sees: the frame as `shell`, and what the handler says as `page`.
#[derive(Serialize)]
struct Context<'a, C: Serialize> {
    shell: &'a Shell,
    page: &'a C,
}

impl Ui {
    /// Compiles every template; a broken one is found at start.
    pub fn new() -> Result<Self, PageError> {
        Ok(Self { pages: Pages::new(templates())?, statics: Arc::new(statics()) })
    }

    #[must_use]
    pub fn statics(&self) -> &Statics {
        &self.statics
    }

    /// `GET /static/{file}`.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> axum::Router<S> {
        statics::router(Arc::clone(&self.statics))
    }

    /// A page for a person who is signed in. A flash that it shows is taken away.
    pub fn page<C: Serialize>(&self, who: &OnPage, title: &str, template: &str, page: &C) -> Response {
        self.page_with(StatusCode::OK, who, title, template, page)
    }

    /// As [`Self::page`], with a status: 422 for a form that comes back with its faults.
    pub fn page_with<C: Serialize>(
        &self,
        status: StatusCode,
        who: &OnPage,
        title: &str,
        template: &str,
        page: &C,
    ) -> Response {
        let shell = Shell::of(who, title, self.versions());
        self.shelled(status, &shell, template, page)
    }

    /// A page with a frame that the caller made: the sign-in, an error.
    pub fn shelled<C: Serialize>(&self, status: StatusCode, shell: &Shell, template: &str, page: &C) -> Response {
        let mut response = self.pages.respond(status, template, &Context { shell, page });
        if shell.flash.is_some() {
            response.headers_mut().append(header::SET_COOKIE, cookies::gone(cookies::FLASH));
        }
        response
    }

    /// The HTML alone, for tests that render every template from samples.
    pub fn render<C: Serialize>(&self, shell: &Shell, template: &str, page: &C) -> Result<String, PageError> {
        self.pages.render(template, &Context { shell, page })
    }

    /// The addresses of statics by file name, with their digests.
    #[must_use]
    pub fn versions(&self) -> BTreeMap<String, String> {
        self.statics.addresses()
    }
}

/// A redirect after a POST (303), with a sentence for the next page.
#[must_use]
pub fn go(to: &str, flash: Option<&cookies::Flash>) -> Response {
    use axum::response::{IntoResponse, Redirect};
    let mut response = Redirect::to(to).into_response();
    if let Some(flash) = flash {
        response.headers_mut().append(header::SET_COOKIE, flash.cookie());
    }
    response
}
