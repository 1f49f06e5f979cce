//! Everything that touches OpenSSL or a key: random values, digests, sealed secrets, RSA keys,
//! JWK sets, and the provider that makes `jsonwebtoken` verify and sign with OpenSSL.

pub mod archive;
pub mod jwk;
pub mod provider;
pub mod rsa;
pub mod sealed;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;

/// Why a cryptographic operation failed. The text never contains key material.
#[derive(Debug, thiserror::Error)]
pub enum CryptoError {
    /// OpenSSL refused.
    #[error("openssl: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// A sealed value, token or key has the wrong form, or was changed.
    #[error("{0}")]
    Invalid(&'static str),
    /// The key file cannot be used.
    #[error("key file {path}: {reason}")]
    KeyFile {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

/// Random bytes from the operating system's generator.
///
/// # Errors
/// When the generator fails.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0u8; N];
    openssl::rand::rand_bytes(&mut bytes)?;
    Ok(bytes)
}

/// A fresh 256-bit secret in URL-safe text (43 characters).
///
/// # Errors
/// When the generator fails.
pub fn random_token() -> Result<String, CryptoError> {
    Ok(b64(&random_bytes::<32>()?))
}

/// URL-safe base64 without padding.
#[must_use]
pub fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes URL-safe base64; padding is tolerated because real JWK sets have it.
#[must_use]
pub fn unb64(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// The SHA-256 digest.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    openssl::sha::sha256(bytes)
}

/// The SHA-256 digest of a text, URL-safe base64.
#[must_use]
pub fn sha256_text(text: &str) -> String {
    b64(&sha256(text.as_bytes()))
}

/// HMAC-SHA-256.
///
/// # Errors
/// When OpenSSL fails.
pub fn hmac(key: &PKey<Private>, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let mut signer = Signer::new(MessageDigest::sha256(), key)?;
    Ok(signer.sign_oneshot_to_vec(message)?)
}

/// Compares two secrets in constant time.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && openssl::memcmp::eq(a, b)
}
