//! The key that signs receipts, and the check that anybody can make with its public half.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_released::digest::{Digest, canonical_json};
use countersign_released::receipt::{Envelope, PAYLOAD_TYPE, Signature, Statement, pre_authentication};
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the receipts' key {path} cannot be {what}: {cause}", path = path.display())]
    File { path: PathBuf, what: &'static str, cause: std::io::Error },
    #[error(
        "this is no Ed25519 key in PEM: {0}; restore the file from a backup, or move it away to begin with a new key"
    )]
    Pem(String),
}

/// Signs receipts. Its secret never shows in debug output (the key type's own).
#[derive(Debug)]
pub struct Signer(SigningKey);

impl Signer {
    /// Reads the key.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let pem =
            fs::read_to_string(path).map_err(|cause| KeyError::File { path: path.to_owned(), what: "read", cause })?;
        Self::from_pem(&pem)
    }

    /// Reads the key, or makes one that only this user can read.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        let fail = |what, cause| KeyError::File { path: path.to_owned(), what, cause };
        match Self::load(path) {
            Err(KeyError::File { cause, .. }) if cause.kind() == std::io::ErrorKind::NotFound => {}
            read => return read,
        }
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret).expect("the operating system has random numbers");
        let key = SigningKey::from_bytes(&secret);
        let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|error| KeyError::Pem(error.to_string()))?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| fail("made", error))?;
        }
        // Written beside and moved into place: a process killed here leaves no half a key.
        let beside = path.with_extension("new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside).map_err(|error| fail("written", error))?;
        file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| fail("written", error))?;
        fs::rename(&beside, path).map_err(|error| fail("written", error))?;
        Ok(Self(key))
    }

    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        SigningKey::from_pkcs8_pem(pem).map(Self).map_err(|error| KeyError::Pem(error.to_string()))
    }

    #[must_use]
    pub fn key_id(&self) -> String {
        key_id(&self.0.verifying_key())
    }

    #[must_use]
    pub fn public_pem(&self) -> String {
        self.0.verifying_key().to_public_key_pem(LineEnding::LF).expect("an Ed25519 key can be written as PEM")
    }

    #[must_use]
    pub fn sign(&self, statement: &Statement) -> Envelope {
        let payload = canonical_json(statement).into_bytes();
        let signature = self.0.sign(&pre_authentication(PAYLOAD_TYPE, &payload));
        Envelope {
            payload: STANDARD.encode(&payload),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: vec![Signature { keyid: self.key_id(), sig: STANDARD.encode(signature.to_bytes()) }],
        }
    }
}

/// The public key of a PEM, as `GET /partner/v1/receipt-key` gives it.
pub fn public_key(pem: &str) -> Result<VerifyingKey, KeyError> {
    VerifyingKey::from_public_key_pem(pem).map_err(|error| KeyError::Pem(error.to_string()))
}

fn key_id(key: &VerifyingKey) -> String {
    Digest::of_bytes(key.as_bytes()).hex()[..16].to_owned()
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    #[error("the receipt is not of the form that this service gives: {0}")]
    Form(String),
    #[error("the receipt was signed with the key {signed}, not with {given}")]
    OtherKey { signed: String, given: String },
    #[error("the signature does not hold: the receipt was changed, or somebody else made it")]
    Signature,
    #[error("the signature holds, but this rendition is none of those that the receipt speaks of")]
    OtherRendition,
}

/// The statement of a receipt whose signature holds; with `rendition`, only if the receipt speaks of those bytes.
pub fn verify(envelope: &Envelope, key: &VerifyingKey, rendition: Option<&[u8]>) -> Result<Statement, VerifyError> {
    let form = |what: &str| VerifyError::Form(what.to_owned());
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(form("payloadType is another"));
    }
    let payload = STANDARD.decode(&envelope.payload).map_err(|_| form("payload is no base64"))?;
    let given = key_id(key);
    let signature =
        envelope.signatures.iter().find(|signature| signature.keyid == given).ok_or_else(|| VerifyError::OtherKey {
            signed: envelope.signatures.iter().map(|s| s.keyid.clone()).collect::<Vec<_>>().join(", "),
            given: given.clone(),
        })?;
    let bytes = STANDARD.decode(&signature.sig).map_err(|_| form("sig is no base64"))?;
    let bytes = ed25519_dalek::Signature::from_slice(&bytes).map_err(|_| form("sig has not 64 bytes"))?;
    key.verify_strict(&pre_authentication(PAYLOAD_TYPE, &payload), &bytes).map_err(|_| VerifyError::Signature)?;
    let statement: Statement = serde_json::from_slice(&payload).map_err(|error| form(&error.to_string()))?;
    if let Some(rendition) = rendition {
        let digest = Digest::of_bytes(rendition);
        if !statement.subject.iter().any(|subject| subject.digest.sha256 == digest.hex()) {
            return Err(VerifyError::OtherRendition);
        }
    }
    Ok(statement)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_released::clock::Timestamp;
    use countersign_released::receipt::{PREDICATE_TYPE, Predicate, STATEMENT_TYPE, Subject, SubjectDigest};
    use countersign_released::release::Provenance;

    fn statement(rendition: &[u8]) -> Statement {
        let digest = Digest::of_bytes(b"x");
        let at = Timestamp::from_micros(0);
        Statement {
            kind: STATEMENT_TYPE.into(),
            subject: vec![Subject {
                name: "a.html".into(),
                digest: SubjectDigest { sha256: Digest::of_bytes(rendition).hex().into() },
            }],
            predicate_type: PREDICATE_TYPE.into(),
            predicate: Predicate {
                release: "r".into(),
                asset: "a".into(),
                content_digest: digest.clone(),
                context_digest: digest.clone(),
                profile_digest: digest,
                template: "email@1".into(),
                rules: "core@1".into(),
                sources: vec!["claim:uptime".into()],
                provenance: Provenance {
                    model: "m".into(),
                    origin: "drafted".into(),
                    author: "u1".into(),
                    approver: "u2".into(),
                    approved_at: at,
                },
                released_at: at,
                digital_source_type: "x".into(),
            },
        }
    }

    #[test]
    fn a_receipt_holds_until_a_byte_of_it_or_of_the_rendition_changes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys").join("receipt.pem");
        let signer = Signer::load_or_create(&path).unwrap();
        let again = Signer::load_or_create(&path).unwrap();
        assert_eq!(signer.key_id(), again.key_id());
        let envelope = signer.sign(&statement(b"bytes"));
        let key = public_key(&again.public_pem()).unwrap();
        assert!(verify(&envelope, &key, Some(b"bytes")).is_ok());
        assert_eq!(verify(&envelope, &key, Some(b"bytez")), Err(VerifyError::OtherRendition));
        let mut forged = envelope.clone();
        let changed = canonical_json(&statement(b"bytez"));
        forged.payload = STANDARD.encode(changed);
        assert_eq!(verify(&forged, &key, None), Err(VerifyError::Signature));
        let other = Signer::load_or_create(&dir.path().join("other.pem")).unwrap();
        let other = public_key(&other.public_pem()).unwrap();
        assert!(matches!(verify(&envelope, &other, None), Err(VerifyError::OtherKey { .. })));
    }

    #[test]
    fn a_broken_key_file_is_refused_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("receipt.pem");
        fs::write(&path, "half a k").unwrap();
        assert!(matches!(Signer::load_or_create(&path), Err(KeyError::Pem(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "half a k");
    }
}
