//! What holds for every route and is said once: operations have names of their own, problems have a media type of
//! their own, who must sign in, and the answers that the ground under the faces gives (a body of another kind, a query
//! that cannot be read, a limit).

use serde_json::{Map, Value, json};

/// Routes that ask nobody who they are.
const OPEN: [(&str, &str); 3] =
    [("/api/v1/session", "post"), ("/partner/v1/receipt-key", "get"), ("/logos/{file}", "get")];

/// Routes that read an Idempotency-Key.
const KEYED: [(&str, &str); 5] = [
    ("/api/v1/kits", "post"),
    ("/api/v1/kits/{id}/xliff", "post"),
    ("/api/v1/partners", "post"),
    ("/api/v1/assets/{id}/revisions", "post"),
    ("/partner/v1/assets/{id}/feedback", "post"),
];

const A_KEY: &str =
    "1 to 128 characters. The same key and body are answered alike for a day; another body with it is 422";

/// Routes of people that are answered to whoever is signed in, whatever their roles.
const WITHOUT_ROLE: [&str; 3] = ["/api/v1/session", "/api/v1/me", "/api/v1/tokens"];

/// Writes into an OpenAPI document what its routes have in common; what a route says itself stays.
pub fn complete(document: &mut Value) {
    document["components"]["securitySchemes"]["cookie"] =
        json!({"type": "apiKey", "in": "cookie", "name": "cs_session"});
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, methods) in paths {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            let Some(operation) = operation.as_object_mut() else { continue };
            operation.insert("operationId".to_owned(), name(path, method).into());
            if KEYED.contains(&(path, method)) {
                reads(operation, "Idempotency-Key", A_KEY);
            }
            if operation.get("responses").is_some_and(|responses| responses.get("304").is_some()) {
                reads(operation, "If-None-Match", "The ETag that you have: if it is still the one, the answer is 304");
            }
            let answers = common(path, method, operation);
            if !OPEN.contains(&(path, method)) && path.starts_with("/api/") {
                operation.entry("security").or_insert_with(|| json!([{"bearer": []}, {"cookie": []}]));
            }
            let responses = operation.entry("responses").or_insert_with(|| json!({}));
            for (status, description) in answers {
                if responses.get(status).is_none() {
                    responses[status] = problem(description);
                }
            }
            for response in responses.as_object_mut().into_iter().flat_map(Map::values_mut) {
                name_problem(response);
            }
        }
    }
}

/// Functions of several modules share a name; what clients are generated from must not: `get_kits_by_id`.
fn name(path: &str, method: &str) -> String {
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "api" | "v1"));
    parts.fold(method.to_owned(), |name, part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some(parameter) => format!("{name}_by_{parameter}"),
        None => format!("{name}_{}", part.replace('-', "_")),
    })
}

fn reads(operation: &mut Map<String, Value>, header: &str, description: &str) {
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.push(json!({"name": header, "in": "header", "required": false, "description": description,
            "schema": {"type": "string"}}));
    }
}

fn common(path: &str, method: &str, operation: &Map<String, Value>) -> Vec<(&'static str, &'static str)> {
    let body = operation.contains_key("requestBody");
    let places: Vec<&str> = operation
        .get("parameters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|p| p["in"].as_str())
        .collect();
    let mut out = vec![("503", "The database does not answer; Retry-After says when to try again")];
    if !OPEN.contains(&(path, method)) {
        out.push(("401", "Nobody is signed in, or the key is not in force"));
        if path.starts_with("/partner/") {
            out.push(("429", "Too many requests; Retry-After says when to try again"));
        }
    }
    if path.starts_with("/api/") && method != "get" {
        out.push(("403", "Your role does not allow this, or a cookie came without proof of where from"));
    }
    if path.starts_with("/api/") && !WITHOUT_ROLE.contains(&path) {
        out.push(("404", "There is nothing here for you"));
    }
    if KEYED.contains(&(path, method)) {
        out.push(("409", "The first request with this Idempotency-Key is still at work; Retry-After says when to ask"));
    }
    if body || !places.is_empty() {
        out.push(("400", "The request cannot be read"));
    }
    if body || places.contains(&"query") {
        out.push(("422", "The request can be read and is not acceptable"));
    }
    if body {
        out.push(("413", "The body is too large"));
        out.push(("415", "The body is of another media type"));
    }
    out
}

fn problem(description: &str) -> Value {
    json!({"description": description,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}})
}

/// utoipa calls every schema's body `application/json`; a problem is sent as `application/problem+json` (RFC 9457).
fn name_problem(response: &mut Value) {
    let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) else { return };
    let is_problem = |body: &Value| body["schema"]["$ref"] == "#/components/schemas/Problem";
    if content.get("application/json").is_some_and(is_problem)
        && let Some(body) = content.remove("application/json")
    {
        content.insert("application/problem+json".to_owned(), body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_name_every_problem_its_media_type_and_every_closed_route_its_401() {
        let document: Value = serde_json::from_str(&crate::docs::openapi_json().expect("a document")).expect("JSON");
        let mut names = std::collections::BTreeSet::new();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                assert!(names.insert(operation["operationId"].to_string()), "{method} {path} has another's name");
                let responses = operation["responses"].as_object().expect("responses");
                let closed = !OPEN.contains(&(path, method));
                assert_eq!(
                    closed,
                    responses.contains_key("401") && operation["security"].is_array(),
                    "{method} {path}"
                );
                for (status, response) in responses {
                    assert!(response.get("content").is_none_or(Value::is_object), "{method} {path} {status}");
                    let content = response["content"].as_object();
                    if matches!(status.as_bytes().first(), Some(b'4' | b'5')) && content.is_some() {
                        assert!(
                            content.is_some_and(|c| c.contains_key("application/problem+json")),
                            "{method} {path} {status}"
                        );
                    }
                }
                let takes_body = operation["requestBody"].is_object();
                assert!(
                    !takes_body || responses.contains_key("413") && responses.contains_key("415"),
                    "{method} {path}"
                );
            }
        }
    }
}
