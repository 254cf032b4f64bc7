//! The state that the extractors and the sign-in need: the store, the throttle, and how cookies are set.

use std::sync::Arc;

use countersign_domain::clock::Timestamp;
use countersign_domain::people::User;
use countersign_store::Store;
use countersign_web::problem::Problem;

use crate::throttle::Throttle;
use crate::ui::Ui;
use crate::{fault, password, secret};

/// How long a sign-in lasts.
pub const SESSION_SECONDS: i64 = 12 * 3600;

/// Sessions of people. Clone is cheap; a face's state gives it by `FromRef`.
#[derive(Debug, Clone)]
pub struct Sessions {
    pub(crate) store: Store,
    pub(crate) ui: Ui,
    throttle: Arc<Throttle>,
    secure_cookies: bool,
}

/// A session that was just made.
#[derive(Debug)]
pub struct Fresh {
    pub token: secret::Secret,
    pub user: User,
}

impl Sessions {
    /// `secure_cookies` is set where people come by https: cookies then never travel without it.
    #[must_use]
    pub fn new(store: Store, ui: Ui, secure_cookies: bool) -> Self {
        Self { store, ui, throttle: Arc::default(), secure_cookies }
    }

    #[must_use]
    pub fn secure_cookies(&self) -> bool {
        self.secure_cookies
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    /// Signs in. An unknown address and a wrong password get the same answer after the same work.
    pub async fn sign_in(&self, email: &str, password: &str, address: &str) -> Result<Fresh, Problem> {
        self.throttle
            .enter(email, address, self.now())
            .map_err(|wait| Problem::too_many(wait, "Too many failed attempts to sign in; wait, then try again."))?;
        let email = email.trim();
        let found = self.store.user_by_email(email).await.map_err(fault::of)?;
        let (user, hash) = match found {
            Some((user, hash)) => (Some(user), hash),
            None => (None, password::DUMMY.to_owned()),
        };
        let right = password::verify(password, &hash).await.map_err(|error| {
            tracing::warn!(error = %error, "sign_in.busy");
            Problem::unavailable("Too many people sign in at once; try again in a moment.")
        })?;
        let user = user
            .filter(|user| right && user.disabled_at.is_none())
            .ok_or_else(|| Problem::unauthenticated("The email address or the password is not right."))?;
        self.throttle.forgive(email, address);
        let token = secret::new("");
        let csrf = secret::new("");
        let expires_at = self.now().plus_seconds(SESSION_SECONDS);
        self.store.session_create(&token.hash(), user.id, csrf.as_str(), expires_at).await.map_err(fault::of)?;
        Ok(Fresh { token, user })
    }

    /// Ends the session of `token`; ending one that is over is no error.
    pub async fn sign_out(&self, token: &str) -> Result<(), Problem> {
        self.store.session_end(&secret::hash(token)).await.map_err(fault::of)
    }
}
