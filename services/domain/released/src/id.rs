//! Ids: UUIDv7, one type a thing, made by an injected [`IdSource`].

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::clock::Timestamp;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            #[must_use]
            pub fn new(source: &dyn IdSource, now: Timestamp) -> Self {
                Self(source.uuid(now))
            }

            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                // Only the hyphenated lower-case form, so that one thing has one name in URLs, logs and caches.
                match Uuid::try_parse(text) {
                    Ok(uuid) if uuid.hyphenated().to_string() == text => Ok(Self(uuid)),
                    _ => Err(IdError),
                }
            }
        }
    )*};
}

ids! {
    BrandId, PartnerId, PartnerKeyId, UserId, UserTokenId, ClaimId, PassageId, SourceId, BriefId, KitId, AssetId,
    RevisionId, ReviewId, DecisionId, ReleaseId, RecallId, ProfileId, JobId, PullId, FeedbackId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id; ids look like 01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f")]
pub struct IdError;

/// The only source of ids. Production hands in [`RandomIds`], tests [`CountingIds`].
pub trait IdSource: Send + Sync + fmt::Debug {
    fn uuid(&self, now: Timestamp) -> Uuid;
}

/// UUIDv7 from the system's random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    fn uuid(&self, now: Timestamp) -> Uuid {
        let mut bytes = [0_u8; 10];
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        uuid::Builder::from_unix_timestamp_millis(millis(now), &bytes).into_uuid()
    }
}

/// UUIDv7 whose random part counts up: the same test gives the same ids.
#[derive(Debug, Default)]
pub struct CountingIds(AtomicU64);

impl IdSource for CountingIds {
    fn uuid(&self, now: Timestamp) -> Uuid {
        let mut bytes = [0_u8; 10];
        bytes[2..].copy_from_slice(&self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(millis(now), &bytes).into_uuid()
    }
}

fn millis(now: Timestamp) -> u64 {
    u64::try_from(now.micros() / 1_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = KitId::new(&CountingIds::default(), Timestamp::from_micros(1_795_000_000_000_000));
        assert_eq!(id.to_string().parse::<KitId>(), Ok(id));
        assert!(id.to_string().to_uppercase().parse::<KitId>().is_err());
        assert!("{not-an-id}".parse::<KitId>().is_err());
    }
}
