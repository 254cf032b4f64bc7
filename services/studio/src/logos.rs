//! Logos as they come in: read, measured against the ground that they will stand on, filed. One way for the partner's
//! page and for the command line.

use countersign_domain::digest::Digest;
use countersign_domain::release::LockupRules;
use countersign_render::logo::{self, Logo, LogoError};
use countersign_store::{Store, StoreError};

/// What an image will stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// White.
    Light,
    /// The near-black of dark mail clients and dark layouts.
    Dark,
    /// Whatever its own edge makes of it, such as a badge with a ground of its own: nothing is measured.
    Own,
}

/// An image on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// Of the PNG.
    pub png: Digest,
    /// Of the sanitized SVG, where one came in.
    pub vector: Option<Digest>,
}

/// Why an image was not filed.
#[derive(Debug, thiserror::Error)]
pub enum LogoFault {
    #[error(transparent)]
    Image(#[from] LogoError),
    #[error(transparent)]
    Contrast(#[from] TooFaint),
    #[error("reading it stopped unexpectedly")]
    Crashed(#[source] tokio::task::JoinError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A logo that could not be told from its ground.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the logo has a contrast of {measured:.2}:1 on {ground}, and this brand asks for {least}:1 at least; {advice}")]
pub struct TooFaint {
    measured: f64,
    ground: &'static str,
    least: f64,
    advice: &'static str,
}

/// Reads `bytes` away from the tasks that answer requests, and files what was made of them. Nothing of the upload itself
/// is kept.
pub async fn file(store: &Store, bytes: Vec<u8>, ground: Ground, rules: &LockupRules) -> Result<Filed, LogoFault> {
    let logo = tokio::task::spawn_blocking(move || logo::intake(&bytes)).await.map_err(LogoFault::Crashed)??;
    check(&logo, ground, rules)?;
    let png = store.blob_put("image/png", &logo.png).await?;
    let vector = match &logo.vector {
        Some(svg) => Some(store.blob_put("image/svg+xml", svg).await?),
        None => None,
    };
    Ok(Filed { png, vector })
}

fn check(logo: &Logo, ground: Ground, rules: &LockupRules) -> Result<(), TooFaint> {
    let least = f64::from(rules.contrast_tenths) / 10.0;
    let (measured, name, advice) = match ground {
        Ground::Light if logo.on_dark >= least => {
            (logo.on_white, "white", "upload a darker one for light grounds, and this one as the logo for dark grounds")
        }
        Ground::Light => (logo.on_white, "white", "upload a darker one"),
        Ground::Dark => (logo.on_dark, "near-black (#111111)", "upload a lighter one; all in white is safe"),
        Ground::Own => return Ok(()),
    };
    if measured < least { Err(TooFaint { measured, ground: name, least, advice }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logo(on_white: f64, on_dark: f64) -> Logo {
        let png = vec![1];
        Logo { digest: Digest::of_bytes(&png), png, width: 8, height: 4, vector: None, on_white, on_dark }
    }

    #[test]
    fn a_faint_logo_is_refused_with_what_was_measured_and_what_to_do() {
        let rules = LockupRules::default();
        let said = |logo, ground| check(&logo, ground, &rules).unwrap_err().to_string();
        let white = logo(1.0, 18.88);
        assert_eq!(
            said(white.clone(), Ground::Light),
            "the logo has a contrast of 1.00:1 on white, and this brand asks for 3:1 at least; upload a darker one for \
             light grounds, and this one as the logo for dark grounds"
        );
        assert_eq!(check(&white, Ground::Dark, &rules), Ok(()));
        assert!(said(logo(21.0, 1.11), Ground::Dark).contains("1.11:1 on near-black (#111111)"));
        assert!(said(logo(2.996, 2.5), Ground::Light).ends_with("at least; upload a darker one"));
    }

    #[test]
    fn the_brands_rule_decides_and_a_badge_has_none() {
        let strict = LockupRules { contrast_tenths: 45, ..LockupRules::default() };
        let mid = logo(4.4, 4.4);
        assert_eq!(check(&mid, Ground::Light, &LockupRules::default()), Ok(()));
        assert!(check(&mid, Ground::Light, &strict).unwrap_err().to_string().contains("asks for 4.5:1"));
        assert_eq!(check(&logo(1.0, 1.0), Ground::Own, &strict), Ok(()));
    }
}
