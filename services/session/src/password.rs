//! Passwords: argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane), on a thread that may block.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Characters that a new password must have; NIST SP 800-63B asks for length, not for kinds of characters.
pub const MIN_CHARS: usize = 10;
/// Bytes that are hashed at most, so that a password is no way to keep a core busy.
pub const MAX_BYTES: usize = 256;

/// Each hash takes 19 MiB; four at once are enough for people and bound what a flood can take.
static PERMITS: Semaphore = Semaphore::const_new(4);
/// How long a password waits for its turn. Longer queues mean a flood, and people are told so rather than kept waiting.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("the password has fewer than {MIN_CHARS} characters; choose a longer one")]
    TooShort,
    #[error("the password has more than {MAX_BYTES} bytes; choose a shorter one")]
    TooLong,
    #[error("too many passwords are being checked; try again in a moment")]
    Busy,
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

/// Whether a new password is one that we accept.
pub fn check(password: &str) -> Result<(), PasswordError> {
    if password.chars().count() < MIN_CHARS {
        return Err(PasswordError::TooShort);
    }
    if password.len() > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    Ok(())
}

/// The PHC string to store. The salt is random.
pub async fn hash(password: &str) -> Result<String, PasswordError> {
    check(password)?;
    let password = password.to_owned();
    let _permit = turn().await?;
    tokio::task::spawn_blocking(move || hash_blocking(&password))
        .await
        .map_err(|error| PasswordError::Hash(error.to_string()))?
}

/// As [`hash`], for callers without a runtime, such as a command line.
pub fn hash_blocking(password: &str) -> Result<String, PasswordError> {
    check(password)?;
    let hash: PasswordHash =
        hasher().hash_password(password.as_bytes()).map_err(|error| PasswordError::Hash(error.to_string()))?;
    Ok(hash.to_string())
}

async fn turn() -> Result<SemaphorePermit<'static>, PasswordError> {
    match tokio::time::timeout(PATIENCE, PERMITS.acquire()).await {
        Ok(permit) => permit.map_err(|error| PasswordError::Hash(error.to_string())),
        Err(_) => Err(PasswordError::Busy),
    }
}

/// Whether `password` is the one of `phc`. An unreadable hash is no match, never an error that tells more.
///
/// # Errors
/// [`PasswordError::Busy`] when so many are being checked that this one got no turn.
pub async fn verify(password: &str, phc: &str) -> Result<bool, PasswordError> {
    if password.len() > MAX_BYTES {
        return Ok(false);
    }
    let (password, phc) = (password.to_owned(), phc.to_owned());
    let _permit = turn().await?;
    let right = tokio::task::spawn_blocking(move || {
        let verifier: &dyn PasswordVerifier<str> = &hasher();
        verifier.verify_password(password.as_bytes(), &phc).is_ok()
    })
    .await
    .unwrap_or(false);
    Ok(right)
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("the parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A hash that no password has, so that an unknown address costs as much work as a known one.
pub const DUMMY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Y291bnRlcnNpZ24tbm9vbmU$0Eq2wHwyXTxRUUpfCsdr1o4pG3Ee5n1lqMZ0OQpJb3Y";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let phc = hash("correct horse battery").await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse battery", &phc).await.unwrap());
        assert!(!verify("correct horse batterx", &phc).await.unwrap());
        assert!(!verify("anything at all", "not a hash").await.unwrap());
    }

    #[tokio::test]
    async fn short_and_endless_passwords_are_refused() {
        assert!(matches!(hash("short").await, Err(PasswordError::TooShort)));
        assert!(matches!(hash(&"x".repeat(300)).await, Err(PasswordError::TooLong)));
    }

    #[test]
    fn the_dummy_is_a_hash_of_the_same_cost() {
        let parsed = PasswordHash::new(DUMMY).unwrap();
        assert_eq!(parsed.algorithm.as_str(), "argon2id");
        assert_eq!(parsed.params.get_decimal("m"), Some(19 * 1024));
        assert_eq!(parsed.hash.unwrap().as_bytes().len(), 32);
    }
}
