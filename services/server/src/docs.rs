//! `/openapi.json`, and `/docs`: the same description for people, and what every error means.

mod common;

use std::sync::LazyLock;

use anyhow::Result;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use countersign_session::{Shell, Ui};
use serde::Serialize;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

static ERRORS: &str = include_str!("../../../docs/ERRORS.md");

#[derive(OpenApi)]
#[openapi(info(
    title = "Countersign",
    description = "Through-channel marketing content that people sign before it leaves. People's routes are under /api/v1, partners' under /partner/v1. Errors are RFC 9457 problem documents; /docs/errors explains each type."
))]
struct Base;

static DESCRIPTION: LazyLock<serde_json::Value> = LazyLock::new(|| {
    let mut description = Base::openapi();
    description.merge(countersign_session::sign_in::description());
    description.merge(countersign_studio::api::description());
    description.merge(countersign_review::api::description());
    description.merge(countersign_partner::description());
    let components = description.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("bearer", bearer);
    let mut document = serde_json::to_value(description).unwrap_or_default();
    common::complete(&mut document);
    document
});

/// The description of every face, whatever roles this process has.
pub fn openapi_json() -> Result<String> {
    Ok(serde_json::to_string_pretty(&*DESCRIPTION)?)
}

/// The pages are made once, at the start.
pub fn router(ui: &Ui) -> Result<axum::Router> {
    let json = openapi_json()?;
    let docs = ui.render(&shell(ui, "API"), "docs.html", &DocsPage::new())?;
    let errors = ui.render(&shell(ui, "Errors"), "docs-errors.html", &ErrorsPage::new())?;
    Ok(axum::Router::new()
        .route("/openapi.json", get(move || async move { typed("application/json", json) }))
        .route("/docs", get(move || async move { typed("text/html; charset=utf-8", docs) }))
        .route("/docs/errors", get(move || async move { typed("text/html; charset=utf-8", errors) })))
}

fn shell(ui: &Ui, title: &str) -> Shell {
    Shell::anonymous(title, None, ui.versions())
}

fn typed(media: &'static str, body: String) -> Response {
    let mut response = (StatusCode::OK, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

#[derive(Serialize)]
struct DocsPage {
    title: String,
    description: String,
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    name: String,
    operations: Vec<Operation>,
}

#[derive(Serialize)]
struct Operation {
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<(String, String, String)>,
    responses: Vec<(String, String)>,
}

impl DocsPage {
    fn new() -> Self {
        let document = serde_json::to_value(&*DESCRIPTION).unwrap_or_default();
        let mut groups: Vec<Group> = Vec::new();
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let name = operation["tags"][0].as_str().unwrap_or("other").to_owned();
                let entry = Operation::new(method, path, operation);
                match groups.iter_mut().find(|group| group.name == name) {
                    Some(group) => group.operations.push(entry),
                    None => groups.push(Group { name, operations: vec![entry] }),
                }
            }
        }
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        let text = |key: &str| document["info"][key].as_str().unwrap_or("").to_owned();
        Self { title: text("title"), description: text("description"), groups }
    }
}

impl Operation {
    fn new(method: &str, path: &str, operation: &serde_json::Value) -> Self {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let responses = operation["responses"].as_object().into_iter().flatten();
        Self {
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: text(&operation["summary"]),
            description: text(&operation["description"]),
            parameters: parameters.map(|p| (text(&p["name"]), text(&p["in"]), text(&p["description"]))).collect(),
            responses: responses.map(|(status, r)| (status.clone(), text(&r["description"]))).collect(),
        }
    }
}

#[derive(Serialize)]
struct ErrorsPage {
    kinds: Vec<(String, String)>,
}

impl ErrorsPage {
    /// docs/ERRORS.md: a `## kind` heading, then what it means and what to do.
    fn new() -> Self {
        let kinds = ERRORS.split("\n## ").skip(1).filter_map(|part| {
            let (kind, text) = part.split_once('\n')?;
            Some((kind.trim().to_owned(), text.split_whitespace().collect::<Vec<_>>().join(" ")))
        });
        Self { kinds: kinds.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_of_the_contract_is_described() {
        let json = openapi_json().unwrap();
        for route in [
            "/api/v1/session",
            "/api/v1/kits",
            "/api/v1/kits/{id}",
            "/api/v1/kits/{id}/events",
            "/api/v1/reviews",
            "/api/v1/reviews/{id}/claim",
            "/api/v1/reviews/{id}/decision",
            "/api/v1/assets/{id}/revisions",
            "/api/v1/releases/{id}/recall",
            "/partner/v1/assets",
            "/partner/v1/assets/{id}",
            "/partner/v1/assets/{id}/renditions/{format}",
            "/partner/v1/campaigns/{campaign}/archive",
            "/partner/v1/assets/{id}/receipt",
            "/partner/v1/changes",
            "/partner/v1/assets/{id}/feedback",
            "/partner/v1/recalls/{id}/ack",
        ] {
            assert!(json.contains(&format!("\"{route}\"")), "{route}");
        }
        assert!(json.contains("\"openapi\": \"3.1.0\""));
    }

    #[test]
    fn every_error_type_in_the_code_is_explained() {
        let page = ErrorsPage::new();
        let explained: BTreeSet<String> = page.kinds.into_iter().map(|(kind, _)| kind).collect();
        let mut used = BTreeSet::new();
        sources(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")), &mut |text| {
            for constructor in ["Problem::new(", "Self::new("] {
                for call in text.split(constructor).skip(1) {
                    let status = call.trim_start().trim_start_matches("axum::http::");
                    if status.starts_with("StatusCode::")
                        && let Some(kind) = call.split('"').nth(1)
                    {
                        used.insert(kind.to_owned());
                    }
                }
            }
        });
        assert!(used.contains("not-found") && used.contains("own-work"), "{used:?}");
        assert_eq!(used, explained);
    }

    /// What a handler reads of a request's headers, by how its code does, and the answers that come of it.
    const READS: [(&str, &str, &[&str]); 3] = [
        ("turn(", "Idempotency-Key", &["409", "422"]),
        ("if_match(", "If-Match", &["404", "412", "428"]),
        ("not_modified(", "If-None-Match", &[]),
    ];

    #[test]
    fn every_header_and_role_that_a_handler_asks_for_is_declared_with_its_answers() {
        let document: serde_json::Value = serde_json::from_str(&openapi_json().unwrap()).unwrap();
        let mut found = BTreeSet::new();
        sources(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")), &mut |text| {
            let code = text.split("#[cfg(test)]").next().unwrap_or("");
            for handler in code.split("#[utoipa::path(").skip(1) {
                let Some((method, rest)) = handler.split_once(',') else { continue };
                let Some(path) = rest.split("path = \"").nth(1).and_then(|rest| rest.split('"').next()) else {
                    continue;
                };
                if ["access::make(", "access::administer(", "require_any("].iter().any(|call| handler.contains(call)) {
                    let answers = &document["paths"][path][method.trim()]["responses"];
                    assert!(answers["403"].is_object(), "{method} {path} asks for a role and does not say so");
                }
                for (call, header, statuses) in READS {
                    if !handler.contains(call) {
                        continue;
                    }
                    found.insert((header, method.trim().to_owned(), path.to_owned()));
                    let operation = &document["paths"][path][method.trim()];
                    let declared = operation["parameters"].as_array().into_iter().flatten();
                    let declared =
                        declared.filter(|parameter| parameter["in"] == "header" && parameter["name"] == header);
                    assert_eq!(declared.count(), 1, "{method} {path} reads {header} and does not say so once");
                    for status in statuses {
                        assert!(operation["responses"][status].is_object(), "{method} {path} with {header}: {status}");
                    }
                }
            }
        });
        let of = |header: &str| found.iter().filter(|(name, _, _)| *name == header).count();
        assert_eq!(of("Idempotency-Key"), 5, "{found:?}");
        assert!(of("If-Match") >= 3 && of("If-None-Match") >= 2, "{found:?}");
    }

    #[test]
    fn a_wording_is_a_string_first_of_all_in_the_description() {
        let document: serde_json::Value = serde_json::from_str(&openapi_json().unwrap()).unwrap();
        let body = &document["paths"]["/api/v1/kits"]["post"]["requestBody"]["content"]["application/json"]["schema"];
        for list in ["messages", "claims"] {
            let one = &body["properties"][list]["items"]["oneOf"];
            assert_eq!((&one[0]["type"], &one[1]["type"]), (&"string".into(), &"object".into()), "{list}: {body:#}");
        }
        let claim = &document["paths"]["/api/v1/library/claims"]["post"]["requestBody"]["content"];
        let text = &claim["application/json"]["schema"]["properties"]["text"];
        assert_eq!((&text["type"], &text["additionalProperties"]["type"]), (&"object".into(), &"string".into()));
        let upload = &document["paths"]["/api/v1/library/import"]["post"]["requestBody"]["content"];
        assert!(upload["multipart/form-data"].is_object() && upload["application/octet-stream"].is_object());
    }

    fn sources(folder: &std::path::Path, each: &mut impl FnMut(&str)) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, each);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                each(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
}
