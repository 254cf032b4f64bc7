//! `/healthz` (the process lives), `/readyz` (it can serve) and `/metrics` (Prometheus text; counts only, no content).

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use countersign_store::Store;
use countersign_web::problem::Problem;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

#[derive(Clone, Debug)]
struct Health {
    store: Store,
    metrics: PrometheusHandle,
}

pub fn router(store: Store) -> anyhow::Result<axum::Router> {
    let metrics = PrometheusBuilder::new().install_recorder()?;
    Ok(axum::Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(render))
        .with_state(Health { store, metrics }))
}

async fn ready(State(health): State<Health>) -> Result<&'static str, Problem> {
    match health.store.ping().await {
        Ok(()) => Ok("ready\n"),
        Err(error) => {
            tracing::warn!(error = %error, "ready.database.away");
            Err(Problem::unavailable("The database does not answer."))
        }
    }
}

async fn render(State(health): State<Health>) -> Response {
    if let Ok(counts) = health.store.job_counts().await {
        for (state, count) in
            [("queued", counts.queued), ("leased", counts.leased), ("done", counts.done), ("dead", counts.dead)]
        {
            metrics::gauge!("countersign_jobs", "state" => state).set(count as f64);
        }
    }
    let mut response = health.metrics.render().into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    response
}
