//! `GET /partner/v1/receipt-key`: the public key that receipts are signed with.

use axum::extract::State as Shared;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::face::State;

/// The public key (PEM) that receipts are signed with. It needs no authentication: anybody may check a receipt.
#[utoipa::path(get, path = "/partner/v1/receipt-key", tag = "partner", responses((status = 200, description = "An Ed25519 public key in PEM")))]
pub(super) async fn receipt_key(Shared(state): Shared<State>) -> Response {
    let mut response = state.face.signer.public_pem().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-pem-file"));
    response
}
