//! Pages: minijinja with strict undefined values and HTML escaping that no template can leave off by its name.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::problem::Problem;

/// All page templates of the product.
#[derive(Debug, Clone)]
pub struct Pages(Arc<Environment<'static>>);

#[derive(Debug, thiserror::Error)]
#[error("page template {name}: {cause:#}")]
pub struct PageError {
    name: String,
    cause: minijinja::Error,
}

impl Pages {
    /// Compiles every template at start, so that a broken one is found then and not by a reader.
    pub fn new<'a>(templates: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, PageError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        for (name, source) in templates {
            environment
                .add_template_owned(name.to_owned(), source.to_owned())
                .map_err(|cause| PageError { name: name.to_owned(), cause })?;
        }
        Ok(Self(Arc::new(environment)))
    }

    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.0.templates().map(|(name, _)| name.to_owned()).collect();
        names.sort();
        names
    }

    pub fn render<C: Serialize>(&self, name: &str, context: &C) -> Result<String, PageError> {
        self.0
            .get_template(name)
            .and_then(|template| template.render(minijinja::value::Serde(context)))
            .map_err(|cause| PageError { name: name.to_owned(), cause })
    }

    /// A page as an answer. A template that cannot be rendered is a fault of the house: logged, and a fixed sentence.
    pub fn respond<C: Serialize>(&self, status: StatusCode, name: &str, context: &C) -> Response {
        match self.render(name, context) {
            Ok(html) => {
                let mut response = (status, html).into_response();
                response
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
                response
            }
            Err(error) => {
                tracing::error!(error = %error, "page.render.failed");
                Problem::internal().into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_whatever_the_template_is_called() {
        let pages = Pages::new([("x.txt", "<p>{{ name }}</p>")]).unwrap();
        let html = pages.render("x.txt", &serde_json::json!({"name": "<script>{{7*7}}"})).unwrap();
        assert_eq!(html, "<p>&lt;script&gt;{{7*7}}</p>");
    }

    #[test]
    fn an_undefined_value_is_an_error_and_not_an_empty_string() {
        let pages = Pages::new([("x", "{{ missing }}")]).unwrap();
        assert!(pages.render("x", &serde_json::json!({})).is_err());
    }
}
